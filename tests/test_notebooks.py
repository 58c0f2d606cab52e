"""The notebooks of the documentation run, and show what is printed anywhere."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

if any(find_spec(name) is None for name in ("nbclient", "ipykernel", "timm")):
    pytest.skip("needs the extra test", allow_module_level=True)

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
ABSOLUTE = re.compile(r"(?:(?<![\w:/.<*-])|file://)/\w[\w.-]*/")
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


def test_there_are_five() -> None:
    assert len(NOTEBOOKS) == 5


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_is_shown_holds_on_any_machine(path: Path) -> None:
    """Stored outputs of a whole run, without folders of the machine it was on."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    text = path.read_text(encoding="utf-8")
    assert not [folder for folder in ("/tmp/", "/home/", "/root/") if folder in text]
    assert not ABSOLUTE.findall(text)
