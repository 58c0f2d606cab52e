import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import gennape
from gennape.cli import app
from helpers.accuracy_doubles import CostEstimator
from helpers.small_networks import small_onnx

Run = Callable[..., Result]

CELL = "nasbench101:c3-c1-mp/01-12-23-34-14"
OTHER_CELL = (
    "nasbench201:|nor_conv_3x3~0|+|none~0|skip_connect~1|+|nor_conv_1x1~0|none~1|avg_pool_3x3~2|"
)


def test_json_holds_score_and_cost_of_a_file_and_a_name(run: Run, onnx_file: Path) -> None:
    result = run("score", onnx_file, CELL, "--format", "json")
    assert result.exit_code == 0
    entries = {entry["model"]: entry for entry in json.loads(result.stdout)}
    assert entries.keys() == {str(onnx_file), CELL}
    small = entries[str(onnx_file)]
    assert small["parameters"] == 8 * 3 * 9
    assert small["macs"] == 16 * 16 * 8 * 3 * 9
    assert small["unknown_operations"] == {}
    for entry in entries.values():
        assert isinstance(entry["score"], float)
        assert 0 <= entry["percentile"] <= 100
        assert entry["uncertainty"] >= 0


def test_json_holds_accuracy_and_evidence(
    run: Run, onnx_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gennape, "load", lambda _: CostEstimator(), raising=False)
    options = ("--dataset", "cifar100", "--recipe", "more-data", "--format", "json")
    (entry,) = json.loads(run("score", onnx_file, *options).stdout)
    expected = {"accuracy", "accuracy_low", "accuracy_high", "scope", "note", "dataset", "recipe"}
    assert expected | {"neighbours", "measured"} <= entry.keys()
    assert entry["accuracy_low"] < entry["accuracy"] < entry["accuracy_high"]
    assert (entry["dataset"], entry["recipe"]) == ("cifar100", "more-data")
    assert entry["measured"] is None
    assert entry["neighbours"][0]["model"] == "timm:resnet18"


def test_what_is_no_image_classifier_is_no_failure(
    run: Run, onnx_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gennape, "load", lambda _: CostEstimator({216: "outside"}), raising=False)
    result = run("score", onnx_file)
    assert result.exit_code == 0
    assert f"{onnx_file}: it is far away" in result.stdout
    (entry,) = json.loads(run("score", onnx_file, "--format", "json").stdout)
    assert entry["accuracy"] is entry["accuracy_low"] is entry["accuracy_high"] is None
    (row,) = csv.DictReader(io.StringIO(run("score", onnx_file, "--format", "csv").stdout))
    assert row["accuracy"] == row["measured"] == ""


@pytest.mark.parametrize("command", ["score", "explain"])
def test_a_backbone_can_be_judged(run: Run, onnx_file: Path, command: str) -> None:
    result = run(command, onnx_file, "--backbone", "--format", "json")
    assert json.loads(result.stdout)[0]["parameters"] == 216 + 9 * 1000


@pytest.mark.parametrize("command", ["score", "explain"])
def test_several_files_are_read_in_other_processes(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(gennape, "load", lambda _: CostEstimator(), raising=False)
    for name in "abcde":
        (tmp_path / f"{name}.onnx").write_bytes(small_onnx())
    (tmp_path / "c.onnx").write_bytes(b"no network")
    result = run(command, tmp_path, "--workers", "2", "--format", "json")
    assert result.exit_code == 1
    rows = {Path(row["model"]).stem: row for row in json.loads(result.stdout)}
    assert sorted(rows) == [*"abcde"]
    assert [name for name, row in rows.items() if "error" in row] == ["c"]
    assert "reading" in result.stderr  # five files take long enough for a bar


def test_best_comes_first(run: Run) -> None:
    cells = ["nasbench101:c1/01-12", "nasbench101:c3-c3-c3/01-12-23-34-03-14", CELL]
    entries = json.loads(run("score", *cells, "--format", "json").stdout)
    scores = [entry["score"] for entry in entries]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)


def test_score_does_not_depend_on_the_rest_of_the_batch(run: Run) -> None:
    alone = json.loads(run("score", CELL, "--format", "json").stdout)
    others = ["nasbench101:c1/01-12", OTHER_CELL]
    together = json.loads(run("score", *others, CELL, "--format", "json").stdout)
    entry = next(entry for entry in together if entry["model"] == CELL)
    assert entry["score"] == pytest.approx(alone[0]["score"], abs=1e-4)


def test_folder_is_searched_recursively(run: Run, tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for place in ("a.onnx", "deep/b.onnx", "deep/er/c.onnx"):
        (tmp_path / place).write_bytes(small_onnx())
    (tmp_path / "deep" / "notes.txt").write_text("no network")
    result = run("score", tmp_path, "--format", "json")
    assert result.exit_code == 0
    models = [Path(entry["model"]).name for entry in json.loads(result.stdout)]
    assert sorted(models) == ["a.onnx", "b.onnx", "c.onnx"]


def test_folder_without_networks_is_a_failure(run: Run, tmp_path: Path) -> None:
    result = run("score", tmp_path)
    assert result.exit_code == 1
    assert ".onnx" in result.stderr


def test_csv_has_one_row_a_network_with_failures(run: Run, onnx_file: Path) -> None:
    result = run("score", onnx_file, "timm:no_such_network", "--format", "csv")
    assert result.exit_code == 1
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["model"] for row in rows] == [str(onnx_file), "timm:no_such_network"]
    assert rows[0]["parameters"] == "216"
    assert rows[0]["error"] == ""
    assert rows[1]["score"] == ""
    assert "no_such_network" in rows[1]["error"]


def test_table_shows_costs_with_units_and_failures_apart(run: Run, onnx_file: Path) -> None:
    result = run("score", onnx_file, "missing.onnx")
    assert result.exit_code == 1
    assert "55.3 k" in result.stdout
    assert "216" in result.stdout
    assert "missing.onnx" not in result.stdout
    assert "missing.onnx" in result.stderr


def test_unknown_operation_is_named(run: Run, tmp_path: Path) -> None:
    from onnx import helper

    nodes = [
        helper.make_node("Conv", ["image", "weight"], ["conv"], pads=[1, 1, 1, 1]),
        helper.make_node("Det", ["conv"], ["result"]),
    ]
    path = tmp_path / "determinant.onnx"
    path.write_bytes(small_onnx(nodes=nodes))
    result = run("score", path, "--format", "json")
    assert sum(json.loads(result.stdout)[0]["unknown_operations"].values()) == 1
    assert "Det" in run("score", path).stdout


def test_any_column_sorts_and_the_first_are_shown(run: Run, onnx_file: Path) -> None:
    networks = (CELL, OTHER_CELL, onnx_file)
    entries = json.loads(run("score", *networks, "--sort", "macs", "--format", "json").stdout)
    macs = [entry["macs"] for entry in entries]
    assert macs == sorted(macs)
    shown = json.loads(
        run("score", *networks, "--sort", "macs", "--top", 2, "--format", "json").stdout
    )
    assert shown == entries[:2]


def test_a_column_that_is_not_there_is_told_those_that_are(run: Run, onnx_file: Path) -> None:
    result = run("score", onnx_file, "--sort", "colour")
    assert result.exit_code == 2
    assert "no column 'colour', only model, score" in " ".join(result.stderr.split())


@pytest.mark.parametrize("command", ["score", "explain", "report", "suggest"])
@pytest.mark.parametrize("option", ["dataset", "recipe"])
def test_conditions_are_checked_before_networks_are_read(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str, option: str
) -> None:
    for reading in (
        "gennape.estimator.network_scoring.read_networks",
        "gennape.network_report.html_report.read_networks",
        "gennape.search.suggestions.graph_of",
    ):
        monkeypatch.setattr(reading, lambda *_, **__: pytest.fail("a network was read"))
    result = run(command, "absent.onnx", f"--{option}", "colour")
    assert result.exit_code == 1
    assert f"no {option.replace('dataset', 'data set')} 'colour'; give one of" in result.stderr


def test_a_hyphen_stands_for_names_on_standard_input(onnx_file: Path) -> None:
    given = f"\n{CELL}\n  {onnx_file}  \n"
    result = CliRunner().invoke(app, ["score", "-", OTHER_CELL, "--format", "json"], input=given)
    assert {entry["model"] for entry in json.loads(result.stdout)} == {
        CELL,
        OTHER_CELL,
        str(onnx_file),
    }


def test_names_on_standard_input_run_no_code() -> None:
    given = f"os:abort\n{CELL}\nnosuch.onnx@x=1x8:int64\n"
    result = CliRunner().invoke(app, ["score", "-", "--format", "json"], input=given)
    entries = {entry["model"]: entry for entry in json.loads(result.stdout)}
    assert "score" in entries[CELL]
    assert "would run code of os, which a file may not" in entries["os:abort"]["error"]
    assert "does not exist" in entries["nosuch.onnx@x=1x8:int64"]["error"]
    assert result.exit_code == 1


def test_an_empty_standard_input_gives_an_empty_list() -> None:
    result = CliRunner().invoke(app, ["score", "-", "--format", "json"], input="")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


@pytest.mark.parametrize(("count", "is_told"), [(4, False), (5, True)])
def test_progress_is_told_where_more_than_a_few_are_read(
    run: Run, onnx_file: Path, count: int, is_told: bool
) -> None:
    result = run("score", *[onnx_file] * count)
    assert (f"{count}/{count}" in result.stderr) == is_told
