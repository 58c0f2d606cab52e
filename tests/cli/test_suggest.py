import csv
import io
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

import gennape
from gennape.search import Suggestions
from helpers.suggestion_doubles import FOUND, GAIN, SAVING

Run = Callable[..., Result]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `gennape.suggest` is asked by the command; it answers `FOUND`."""
    options: dict[str, Any] = {}

    def answer(model: str, shape: object, estimator: object, **others: Any) -> Suggestions:
        options.update(model=model, shape=shape, **others)
        return options.get("found", FOUND)

    monkeypatch.setattr(gennape, "suggest", answer, raising=False)
    return options


def test_the_table_shows_gains_and_savings_with_what_they_cost(
    run: Run, asked: dict[str, Any]
) -> None:
    result = run("suggest", "timm:resnet18")
    assert result.exit_code == 0
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert lines[0] == "timm:resnet18: ImageNet top-1 73.0 (71.2-74.6)"
    assert lines[1] == "1.00 k MACs, 100 parameters; 1,234 single changes tried"
    (gain,) = (line for line in lines if GAIN.words in line)
    assert gain.split("alike")[1].split() == [
        "+2.0",
        "(+0.4",
        "to",
        "+3.6)",
        "+20.0",
        "%",
        "+50.0",
        "%",
        "near",
    ]
    (saving,) = (line for line in lines if SAVING.words in line)
    assert "+0.0 (-1.8 to +1.7)" in saving
    assert "-10.0 %" in saving


def test_no_gain_is_said(run: Run, asked: dict[str, Any]) -> None:
    asked["found"] = Suggestions(**{**vars(FOUND), "gains": (), "savings": ()})
    lines = run("suggest", "timm:resnet18").stdout.splitlines()
    assert lines[-1].startswith("No change gains more than")


def test_options_reach_the_library(run: Run, asked: dict[str, Any]) -> None:
    options = ("--dataset", "cifar10", "--recipe", "modern", "--top", 3, "--input", "3x32x32")
    assert run("suggest", "timm:resnet18", *options).exit_code == 0
    del asked["report"]
    assert asked == {
        "model": "timm:resnet18",
        "shape": (3, 32, 32),
        "inputs": None,
        "dataset": "cifar10",
        "recipe": "modern",
        "top": 3,
    }


def test_json_has_an_object_for_each_suggestion(run: Run, asked: dict[str, Any]) -> None:
    shared = {"model": "timm:resnet18", "dataset": "imagenet-1k", "recipe": "typical"}
    rows = json.loads(run("suggest", "timm:resnet18", "--format", "json").stdout)
    assert rows == [
        {**shared, "kind": "gain", **asdict(GAIN)},
        {**shared, "kind": "saving", **asdict(SAVING)},
    ]


def test_csv_has_the_same_columns(run: Run, asked: dict[str, Any]) -> None:
    text = run("suggest", "timm:resnet18", "--format", "csv").stdout
    gain, saving = csv.DictReader(io.StringIO(text))
    assert (gain["kind"], gain["change"]) == ("gain", "kernel@54=5")
    assert saving["note"] == "no measured network is like it"


def test_the_bundled_estimator_makes_suggestions(run: Run) -> None:
    cell = "nasbench201:|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"
    rows = json.loads(run("suggest", cell, "--top", 2, "--format", "json").stdout)
    assert rows[-1]["kind"] == "saving"
    assert rows[-1]["macs_change"] < 0
    assert all(row["points_low"] <= row["points"] <= row["points_high"] for row in rows)


def test_a_network_that_cannot_be_judged_is_a_failure(run: Run, onnx_file: Path) -> None:
    result = run("suggest", onnx_file, "--estimator", "nasbench101")
    assert result.exit_code == 1
    assert "nothing can be said of changes" in result.stderr
