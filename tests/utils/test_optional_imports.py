from pathlib import Path

import pytest

from gennape.utils.optional_imports import (
    MissingExtraError,
    ModuleError,
    NoModuleError,
    import_factory,
    import_library,
    require,
)


def test_an_optional_library_is_imported_or_named() -> None:
    assert require("json.decoder", "reading").JSONDecoder
    with pytest.raises(MissingExtraError, match=r"the report needs nowhere: pip install nowhere$"):
        require("nowhere", "the report")
    with pytest.raises(MissingExtraError, match=r"pip install 'gennape\[plot\]'"):
        require("nowhere", "the report", package="gennape[plot]")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_modules_in_the_working_directory_count(here: Path) -> None:
    (here / "optional_mine.py").write_text("def network():\n    return 3\nwidth = 8\n")
    assert import_factory("optional_mine", "network")() == 3
    with pytest.raises(ModuleError, match=r"no factory 'netwrok'; did you mean network\?"):
        import_factory("optional_mine", "netwrok")
    with pytest.raises(ModuleError, match="optional_mine:width is a int and cannot be called"):
        import_factory("optional_mine", "width")


def test_a_module_that_cannot_be_imported(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(here)
    (here / "optional_needy.py").write_text("import optional_nowhere\n")
    (here / "optional_broken.py").write_text("1 / 0\n")
    with pytest.raises(NoModuleError, match="there is no module 'optional_nowhere'"):
        import_library("optional_nowhere")
    with pytest.raises(ModuleError, match="needs optional_nowhere, which is not installed"):
        import_library("optional_needy")
    with pytest.raises(ModuleError, match=r"cannot be imported \(ZeroDivisionError"):
        import_library("optional_broken")
