"""Whatever is handed over, the answer is one sentence, and the rest of the batch is scored."""

import json
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from onnx import helper
from typer.testing import Result

from gennape import GennapeError
from helpers.small_networks import small_onnx

Run = Callable[..., Result]

_CYCLE = [
    helper.make_node("Conv", ["sum", "weight"], ["conv"], pads=[1, 1, 1, 1]),
    helper.make_node("Add", ["image", "conv"], ["sum"]),
    helper.make_node("Relu", ["sum"], ["result"]),
]
FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "text": (lambda: b"this is not a network", "ONNX"),
    "empty": (lambda: b"", "no network"),
    "truncated": (lambda: small_onnx()[:-150], "ONNX"),
    "unknown_shape": (lambda: small_onnx(height="height"), "--input"),
    "zero_dimension": (lambda: small_onnx(height=0), "0"),
    "negative_dimension": (lambda: small_onnx(height=-4), "-4"),
    "cycle": (lambda: small_onnx(nodes=_CYCLE), "cycle"),
}
NAMES = {
    "timm:resnet81": "resnet18",
    "torchvision:resnet81": "resnet18",
    "nasbench102:c3/01-12": "nasbench101",
    "nasbench101:c3/10-12": "edge 1-0",
    "nasbench201:|none~0|": "NAS-Bench-201",
    "no/such/file.onnx": "no/such/file.onnx",
    "no_such_package.nets:make": "no_such_package",
    "timm:": "timm",
    "": "",
}


def _only_error(run: Run, good: Path, bad: object) -> str:
    """The message for `bad`, which must not keep `good` from being scored."""
    result = run("score", bad, good, "--format", "json")
    assert result.exit_code == 1
    entries = {entry["model"]: entry for entry in json.loads(result.stdout)}
    assert entries.keys() == {str(bad), str(good)}
    assert "score" in entries[str(good)]
    assert entries[str(bad)].keys() == {"model", "error"}
    error = entries[str(bad)]["error"]
    assert isinstance(error, str)
    assert error
    assert "\n" not in error
    assert "Traceback" not in result.output
    return error


@pytest.mark.parametrize("kind", FILES)
def test_bad_file(run: Run, onnx_file: Path, tmp_path: Path, kind: str) -> None:
    content, expected = FILES[kind]
    bad = tmp_path / f"{kind}.onnx"
    bad.write_bytes(content())
    error = _only_error(run, onnx_file, bad)
    assert expected in error
    assert kind in error, "the message names the file"


def test_bad_export(run: Run, onnx_file: Path, tmp_path: Path) -> None:
    bad = tmp_path / "broken.pt2"
    bad.write_bytes(b"PK\x03\x04 not an archive")
    assert "broken.pt2" in _only_error(run, onnx_file, bad)


@pytest.mark.parametrize("name", NAMES)
def test_bad_name(run: Run, onnx_file: Path, name: str) -> None:
    if name.startswith(("timm", "torchvision")) and find_spec("timm") is None:
        pytest.skip("needs the extra zoo")
    assert NAMES[name] in _only_error(run, onnx_file, name)


def test_shape_given_for_unknown_dimensions_is_used(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "dynamic.onnx"
    path.write_bytes(small_onnx(height="height"))
    result = run("score", path, "--input", "3x32x16", "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)[0]["macs"] == 32 * 16 * 216


@pytest.mark.parametrize("extra", ["timm", "torchvision", "pytorchcv"])
def test_absent_extra_says_what_to_install(
    run: Run, onnx_file: Path, monkeypatch: pytest.MonkeyPatch, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, extra, None)
    assert "gennape[zoo]" in _only_error(run, onnx_file, f"{extra}:resnet18")


MODULES = """
from torch import nn

class Raises(nn.Module):
    def forward(self, x):
        raise RuntimeError("the flux capacitor is empty")

class NeedsTwo(nn.Module):
    def forward(self, x, y):
        return x + y

def no_module():
    return 42

def raises_itself():
    raise KeyError("width")
"""


@pytest.mark.parametrize(
    ("factory", "expected"),
    [
        ("Raises", "the flux capacitor is empty"),
        ("NeedsTwo", "y"),
        ("no_module", "int"),
        ("raises_itself", "width"),
        ("not_there", "not_there"),
    ],
)
def test_bad_factory(
    run: Run,
    onnx_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    factory: str,
    expected: str,
) -> None:
    (tmp_path / "odd_modules.py").write_text(MODULES)
    monkeypatch.syspath_prepend(tmp_path)
    result = run("score", f"odd_modules:{factory}", onnx_file, "--input", "3x16x16")
    assert result.exit_code == 1
    assert expected in result.stderr
    assert result.stderr.count("\n") == 1
    assert "small.onnx" in result.stdout
    monkeypatch.delitem(sys.modules, "odd_modules")


def test_every_error_of_the_package_ends_in_one_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise GennapeError("the flux capacitor is empty; fill it")

    monkeypatch.setattr("gennape.score", fail, raising=False)
    result = run("score", "x.onnx")
    assert result.exit_code == 1
    assert result.stderr == "gennape: the flux capacitor is empty; fill it\n"
