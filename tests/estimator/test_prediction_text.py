"""Tables of scores as people read them."""

from dataclasses import replace

import pytest

from gennape.estimator import NetworkScore
from gennape.estimator.prediction_text import html_of, score_table, text_of
from gennape.frontends.network_list import UnreadNetwork
from helpers.scored_networks import FAR, MEASURED, NEAR, OUTSIDE, UNJUDGED, table_of


def _cells(*scored: NetworkScore) -> dict[str, list[str]]:
    table = score_table(scored)
    return {column.heading: table.cells(place) for place, column in enumerate(table.columns)}


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


def test_notes_and_failures_stand_below_the_table_one_line_each() -> None:
    failed = UnreadNetwork("absent.onnx", "there is no file absent.onnx")
    lines = text_of(table_of(FAR, NEAR, OUTSIDE, failed=[failed])).splitlines()
    assert lines[-3:-1] == ["far: nothing is like it", "outside: it has two inputs"]
    assert lines[-1] == "there is no file absent.onnx"
    assert lines[-4].split()[:2] == ["outside", "-"]


def test_a_long_table_is_shown_in_part() -> None:
    lines = text_of(table_of(*[NEAR] * 61)).splitlines()
    assert sum(line.startswith("near") for line in lines) == 60
    assert lines[-1] == "and 1 more"


def test_no_networks_are_said_to_be_none() -> None:
    assert text_of(table_of()) == "no networks"
    assert "no networks" in html_of(table_of())


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        (
            120,
            ["Model", "ImageNet top-1", "Score", "Percentile", "Scope", "MACs", "Parameters"],
        ),
        (80, ["Model", "ImageNet top-1", "Score", "Scope", "MACs"]),
        (60, ["Model", "ImageNet top-1"]),
    ],
)
def test_a_narrow_terminal_keeps_what_matters_most(
    monkeypatch: pytest.MonkeyPatch, columns: int, kept: list[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    name = "timm:vit_little_patch16_reg1_gap_256"
    headings, _, row = text_of(table_of(replace(NEAR, model=name))).splitlines()
    assert headings.split("  ")[0] == "Model"
    assert [one.strip() for one in headings.split("  ") if one.strip()] == kept
    assert row.startswith(name)
    assert len(row) <= columns


def test_html_is_escaped_and_names_what_failed() -> None:
    html = html_of(table_of(replace(NEAR, model="<a & b>"), failed=[UnreadNetwork("x<y", "no")]))
    assert "&lt;a &amp; b&gt;" in html
    assert "<p>x&lt;y: no</p>" in html
    assert html.count("<tr>") == 2
    assert 'style="text-align:right">+0.51<' in html
