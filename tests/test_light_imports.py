"""What takes long to import is imported where it is needed, and scoring does not need it."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from helpers.onnx_files import call, save_onnx

FAMILIES = "gennape.spaces"
HEAVY = ("torch", "pyarrow", "moocore", "scipy", "matplotlib", "markdown_it")
SCORE = "gennape.score([{file!r}, 'nasbench201:{cell}'])"
SEARCH = """
from gennape.search import Objective, SearchSettings, search
settings = SearchSettings("evolution", (Objective.of("score"),), budget=20)
found = search("nasbench201", settings, {folder!r}, gennape.load(), processes=1)
assert len(found.candidates) == 20
"""
RANK = """
from itertools import islice
from gennape import spaces
from gennape.evaluation import rank
cells = list(islice(spaces.get("nasbench201").enumerate(), 5))
spaces.get("nasbench201").__class__.enumerate = lambda self: iter(cells)
assert len(rank("nasbench201", gennape.load(), top=3, workers=1).architectures) == 5
"""
CELL = "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"


def _imported(code: str) -> set[str]:
    """The heavy packages that a process has imported after some code."""
    report = f"import sys\nprint(*(name for name in {(*HEAVY, FAMILIES)} if name in sys.modules))"
    script = f"import gennape\n{code}\n{report}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.fixture
def file(tmp_path: Path) -> str:
    nodes = [
        call("Conv", "x w", "c", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        call("Relu", "c", "r"),
        call("GlobalAveragePool", "r", "g"),
        call("Flatten", "g", "f"),
        call("Gemm", "f v d", "y", transB=1),
    ]
    weights = {"w": (8, 3, 3, 3), "v": (10, 8), "d": (10,)}
    return str(save_onnx(tmp_path / "network.onnx", nodes, {"x": (1, 3, 32, 32)}, weights))


def test_scores_need_none_of_them(file: str) -> None:
    assert _imported(SCORE.format(file=file, cell=CELL)) == {FAMILIES}


def test_files_need_no_families_either(file: str) -> None:
    assert _imported(f"gennape.explain([{file!r}])") == set()


def test_rankings_need_none_of_them() -> None:
    assert _imported(RANK) == {FAMILIES}


def test_searches_by_score_need_none_of_them(tmp_path: Path) -> None:
    assert _imported(SEARCH.format(folder=str(tmp_path / "search"))) == {FAMILIES}


def test_the_command_line_needs_none_of_them_to_score(file: str) -> None:
    score = f"from gennape.cli import app\napp(['score', {file!r}], standalone_mode=False)"
    assert not _imported(f"{score}\nprint()") & set(HEAVY)


def test_the_command_line_starts_without_what_reads_networks() -> None:
    script = (
        "import sys\nimport gennape.cli\nprint(*(set(sys.modules) & {'numpy', 'onnx', 'rich'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "program.pt2"
    torch.export.save(torch.export.export(torch.nn.ReLU(), (torch.zeros(1, 3, 8, 8),)), path)
    return str(path)


def test_exported_programs_need_none_of_them(program: str) -> None:
    assert _imported(f"gennape.score([{program!r}])") == set()


def test_without_torch_other_inputs_of_a_program_say_what_to_install(program: str) -> None:
    absent = 'import sys\nsys.modules["torch"] = None\nimport gennape\n'
    script = f"{absent}gennape.graph_of({program!r}, (3, 16, 16))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 1
    assert f"{program} is asked for with inputs of its own: " in done.stderr
    assert done.stderr.endswith("run pip install 'gennape[torch]'\n")


def test_suggestions_need_none_of_them(file: str) -> None:
    assert _imported(f"gennape.suggest({file!r}, dataset='cifar10')") == {FAMILIES}


def test_without_extras_a_search_writes_all_but_plot_and_onnx_files(
    tmp_path: Path, file: str
) -> None:
    absent = (
        'import sys\nsys.modules["torch"] = sys.modules["matplotlib"] = None\n'
        "from gennape.cli import app\n"
    )
    command = ["search", "--from", file, "--budget", "15", "--workers", "1", "--out"]
    command.append(str(tmp_path / "found"))
    done = subprocess.run(
        [sys.executable, "-c", f"{absent}app({command})"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    for said in (
        "no plot, which needs matplotlib",
        "not written as ONNX files, which needs PyTorch",
    ):
        assert done.stderr.count(f"{said}: run pip install") == 1
    assert not (tmp_path / "found" / "front.png").exists()
    assert {path.name for path in (tmp_path / "found" / "networks").iterdir()} == {"01.svg"}
    assert "not written as ONNX files" in (tmp_path / "found" / "report.md").read_text()
    again = f"from gennape.cli import app\napp({command})"
    done = subprocess.run([sys.executable, "-c", again], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "pip install" not in done.stderr
    assert (tmp_path / "found" / "front.png").exists()
    assert (tmp_path / "found" / "networks" / "01.onnx").exists()
    assert "ONNX" not in (tmp_path / "found" / "report.md").read_text()


def test_modules_need_torch() -> None:
    """The report itself tells: what is imported is seen."""
    assert "torch" in _imported("import torch\ngennape.score([torch.nn.ReLU()], (3, 8, 8))")
