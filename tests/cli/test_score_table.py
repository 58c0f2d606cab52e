"""Tables of scores."""

from dataclasses import replace

import pytest

from gennape.api import NetworkScore
from gennape.cli.score_table import flat, scores_table, show_scores
from helpers.scored_networks import FAR, MEASURED, NEAR, OUTSIDE, UNJUDGED


def _cells(*scored: NetworkScore) -> dict[str, list[str]]:
    return {
        str(one.header): [str(cell) for cell in one.cells] for one in scores_table(scored).columns
    }


def test_the_columns_are_what_a_reader_compares() -> None:
    assert _cells(NEAR, MEASURED) == {
        "Model": ["near", "measured"],
        "ImageNet top-1": ["79.1 (77.2-80.8)", "80.1 measured"],
        "Score": ["+0.51", "+0.51"],
        "Percentile": ["75.5", "75.5"],
        "Scope": ["near", "measured"],
        "MACs": ["1.81 G", "1.81 G"],
        "Parameters": ["11.7 M", "11.7 M"],
    }


def test_several_data_sets_have_a_column() -> None:
    cells = _cells(NEAR, replace(NEAR, dataset="cifar100"))
    assert cells["Data set"] == ["ImageNet", "CIFAR-100"]
    assert "Top-1" in cells


def test_without_accuracies_the_uncertainty_of_the_score_is_shown() -> None:
    cells = _cells(UNJUDGED)
    assert list(cells) == ["Model", "Score", "Percentile", "Uncertainty", "MACs", "Parameters"]
    assert cells["Uncertainty"] == ["0.19"]


def test_operations_outside_the_vocabulary_have_a_column_where_there_are_some() -> None:
    cells = _cells(NEAR, replace(NEAR, unknown_operations={"erfinv": 2, "fft": 1}))
    assert cells["Outside the vocabulary"] == ["", "erfinv x2, fft"]


def test_notes_stand_below_the_table_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    show_scores((FAR, NEAR, OUTSIDE))
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == ["far: nothing is like it", "outside: it has two inputs"]
    assert lines[-3].split()[:2] == ["outside", "-"]


def test_a_line_of_csv_names_neighbours_and_their_accuracies() -> None:
    line = flat(NEAR)
    assert line["neighbours"] == "timm:resnet18 69.87"
    assert line["accuracy"] == 79.06
    assert flat(OUTSIDE)["accuracy"] is None
