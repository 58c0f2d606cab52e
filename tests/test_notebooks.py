"""The notebooks of the documentation run, and show what is printed anywhere."""

import re
from copy import deepcopy
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
BY_CHANCE = ("search-from-your-network",)
"""What they find may depend on the last digits of scores."""


def test_there_are_five() -> None:
    assert len(NOTEBOOKS) == 5


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_prints_what_it_shows(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    shown = nbformat.read(path, as_version=4)
    notebook = deepcopy(shown)
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    if path.stem not in BY_CHANCE:
        assert _words(notebook) == _words(shown)


def _words(notebook: nbformat.NotebookNode) -> list[str]:
    """What a notebook prints; the last digits of numbers differ between processors."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = [output for cell in cells for output in cell.outputs]
    texts = [one.get("text") or one.get("data", {}).get("text/plain", "") for one in outputs]
    found = [text for one, text in zip(outputs, texts, strict=True) if one.get("name") != "stderr"]
    return [re.sub(r"\d+\.\d+", "#", word) for word in "".join(found).split()]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_is_shown_holds_on_any_machine(path: Path) -> None:
    """Stored outputs of a whole run, without folders of the machine it was on."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    text = path.read_text(encoding="utf-8")
    assert not [folder for folder in ("/tmp/", "/home/", "/root/") if folder in text]
    assert not ABSOLUTE.findall(text)
