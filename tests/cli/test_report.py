from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

Run = Callable[..., Result]


def test_a_page_is_written(run: Run, onnx_file: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    result = run("report", onnx_file, "--out", page)
    assert (result.exit_code, result.stdout) == (0, f"{page}\n")
    assert "small.onnx" in page.read_text(encoding="utf-8")


def test_failures_end_with_status_1_and_are_on_the_page(
    run: Run, onnx_file: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    result = run("report", onnx_file, "absent.onnx", "--out", page)
    assert result.exit_code == 1
    assert "absent.onnx does not exist" in result.stderr
    assert "absent.onnx does not exist" in page.read_text(encoding="utf-8").replace("<wbr>", "")


def test_two_networks_are_compared(run: Run, onnx_file: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert run("report", onnx_file, "--compare", onnx_file, "--out", page).exit_code == 0
    assert "both networks are the same" in page.read_text(encoding="utf-8")
    refused = run("report", onnx_file, onnx_file, "--compare", onnx_file, "--out", page)
    assert refused.exit_code == 1
    assert "not 2 with 1" in refused.stderr
