from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import Result

Run = Callable[..., Result]

# Without convolutions in its cells the network is small.
NETWORK = "nasbench201:|avg_pool_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|none~2|"
RECIPE = """
epochs = 1
batch = 64
optimizer = "rmsprop"
learning_rate = 1e-3
warm_up = 0.0
weight_decay = 0.0
label_smoothing = 0.0
crop = 1
flip = false
half_resolution_epochs = 0
test_images = 0
images = 64
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(RECIPE)
    return path


def test_networks_of_a_text(run: Run, tmp_path: Path, recipe: Path) -> None:
    text, out = tmp_path / "networks.txt", tmp_path / "out"
    text.write_text(NETWORK)
    options = ("--dataset", "digits", "--recipe", recipe, "--device", "cpu", "--out", out)
    result = run("label", text, *options, "--repeats", 2, "--seed", 5)
    assert result.exit_code == 0, result.stderr
    rows = pq.read_table(out / "runs.parquet").to_pylist()
    assert [row["seed"] for row in rows] == [5, 6]
    assert {row["architecture"] for row in rows} == {NETWORK}
    lines = result.stdout.splitlines()
    assert lines[-1] == f"2 runs have ended, 0 are left: {out / 'runs.parquet'}"
    best = max(row["test_accuracy"][0] for row in rows)
    assert lines[2].split()[:2] == ["trained", "2"]
    assert lines[2].split()[4] == f"{best:.2f}"


def test_failed_runs_are_told(run: Run, tmp_path: Path, recipe: Path) -> None:
    recipe.write_text(RECIPE.replace("crop = 1", "crop = 1_000_000_000"))
    text = tmp_path / "networks.txt"
    text.write_text(NETWORK)
    options = ("--dataset", "digits", "--recipe", recipe, "--device", "cpu", "--repeats", 2)
    result = run("label", text, *options, "--out", tmp_path / "out")
    assert "2 runs have ended" in result.stdout
    assert result.stderr.count("2 runs failed: ") == 1
    assert result.exit_code == 1


def test_no_time_at_all(run: Run, tmp_path: Path, recipe: Path) -> None:
    options = ("--count", 3, "--dataset", "digits", "--recipe", recipe, "--hours", 0)
    result = run("label", "hiaml", *options, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    assert "0 runs have ended, 3 are left" in result.stdout


@pytest.mark.parametrize(
    "options, sentence",
    [
        (("hiam", "--dataset", "digits"), "no family is called 'hiam'; did you mean hiaml"),
        (("hiaml", "--dataset", "digit"), "no data set is called 'digit'"),
        (("hiaml", "--recipe", "quik"), "no recipe is called 'quik'; did you mean quick"),
        (("hiaml", "--device", "gpu"), "networks cannot be trained on 'gpu'"),
        (("none.txt", "--dataset", "digits"), "none.txt cannot be read as a text (No such file"),
    ],
)
def test_bad_input_is_one_sentence(
    run: Run, tmp_path: Path, options: tuple[str, ...], sentence: str
) -> None:
    result = run("label", *options, "--out", tmp_path)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1
