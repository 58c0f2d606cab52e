from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gennape import spaces
from gennape.frontends import FrontendError, graph_of, names
from gennape.frontends.names_in_files import LIBRARIES, check_name
from gennape.utils import optional_imports

FAMILY = "hiaml:a22-src0-t31-z"
_parts = st.sampled_from(
    [
        "evil",
        "os",
        ":",
        "@",
        "/",
        ".",
        ".onnx",
        ".pt2",
        "3x4x4",
        "timm",
        "hiaml",
        "a=1x2",
        " ",
        "\0",
    ]
) | st.text(max_size=3)


@pytest.mark.parametrize("name", [FAMILY, "timm:resnet18@3x64x64", "nets/a.onnx", "resnet18", ""])
def test_names_that_import_nothing_pass(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name", ["os:abort", "http.server:test", "evil:Family:x", "evil:x@3x4x4", "evil:a.onnx", ":x"]
)
def test_names_of_code_are_refused(name: str) -> None:
    with pytest.raises(FrontendError, match=r"would run code of .* allow it by --trust-module"):
        check_name(name)


def test_a_module_that_is_trusted_is_named_whole() -> None:
    assert check_name("mine.nets:small", ["mine.nets"]) == "mine.nets:small"
    for trusted in (["mine"], ["mine.nets.small"], ["nets"]):
        with pytest.raises(FrontendError, match=r"would run code of mine\.nets"):
            check_name("mine.nets:small", trusted)


def test_a_file_whose_name_has_a_colon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a:b.onnx").write_bytes(b"")
    assert check_name("a:b.onnx") == "a:b.onnx"


def test_near_names_are_suggested() -> None:
    with pytest.raises(FrontendError, match="no family or library 'tim'; did you mean timm"):
        check_name("tim:resnet18")


@given(name=st.lists(_parts, max_size=6).map("".join))
@example("evil:x")
@example("evil:x@3x4x4")
@example("evil:a.onnx@3x4x4")
def test_what_passes_imports_no_other_module(name: str) -> None:
    """However a name is read in the end: only libraries are imported for one that has passed."""
    imported: list[str] = []

    def note(module: str) -> None:
        imported.append(module)
        raise ImportError(module)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(optional_imports, "import_module", note)
        try:
            graph_of(check_name(name))
        except (FrontendError, spaces.ArchitectureError):
            pass
        except (OSError, ValueError) as error:  # names that no file can have
            assert "null byte" in str(error) or "too long" in str(error)
    assert {module.partition(".")[0] for module in imported} <= set(LIBRARIES)


@pytest.mark.parametrize("library", LIBRARIES)
def test_models_of_libraries_are_looked_up_in_their_lists(library: str) -> None:
    if find_spec(library) is None:
        pytest.skip(f"needs {library}")
    for name in ("hf-hub:someone/evil", "../evil", "os.abort", "__import__"):
        for read in (graph_of, check_name) if ":" in name else (graph_of,):
            with pytest.raises(FrontendError, match=f"^{library} has no model"):
                read(f"{library}:{name}")


def test_a_factory_that_ends_the_program_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave() -> None:
        raise SystemExit(0)

    monkeypatch.setattr(names, "import_factory", lambda *_: leave)
    with pytest.raises(FrontendError, match=r"mine:leave failed \(SystemExit: 0\)"):
        graph_of("mine:leave", (3, 4, 4))


def test_a_module_that_ends_the_program_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "leaving_module.py").write_text("import sys\nsys.exit(0)\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(FrontendError, match=r"leaving_module cannot be imported \(SystemExit: 0\)"):
        graph_of("leaving_module:make", (3, 4, 4))
