"""Tables of predictions: rows, columns, parts of them and their order."""

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gennape import GennapeError
from gennape.estimator import ColumnError, ExplanationTable
from gennape.estimator.nearest_measured import nearest_measured
from gennape.frontends.network_list import UnreadNetwork
from helpers.accuracy_doubles import NEIGHBOUR
from helpers.accuracy_models import made_up_estimator, random_classifiers
from helpers.scored_networks import MEASURED, NEAR, OUTSIDE, table_of

SMALL = replace(NEAR, model="small", score=-1.0, macs=10**6)
TABLE = table_of(NEAR, SMALL, OUTSIDE, failed=[UnreadNetwork("x.onnx", "it is not there")])


def test_a_row_holds_the_values_of_the_columns() -> None:
    assert len(TABLE) == 3
    assert TABLE[0] == NEAR
    assert TABLE[-1] == OUTSIDE
    assert list(TABLE) == [NEAR, SMALL, OUTSIDE]
    assert TABLE["score"].tolist() == [0.51, -1.0, 0.51]
    assert TABLE["model"].tolist() == ["near", "small", "outside"]
    np.testing.assert_array_equal(TABLE["accuracy"], [79.06, 79.06, np.nan])
    assert set(TABLE.columns) | {"neighbours"} == set(vars(NEAR))


def test_columns_are_attributes() -> None:
    assert TABLE.score is TABLE["score"]
    assert {"score", "failed", "to_pandas"} <= set(dir(TABLE))
    with pytest.raises(AttributeError, match="no column or attribute 'colour'"):
        _ = TABLE.colour


def test_a_slice_is_a_table_with_its_own_rows() -> None:
    part = TABLE[1:]
    assert list(part) == [SMALL, OUTSIDE]
    assert part.failed == TABLE.failed
    assert list(part[1:]) == [OUTSIDE]
    assert len(TABLE[:0]) == 0
    assert list(TABLE[::-1]) == [OUTSIDE, SMALL, NEAR]


def test_places_and_conditions_choose_networks() -> None:
    assert list(TABLE[[2, 0]]) == [OUTSIDE, NEAR]
    assert list(TABLE[TABLE["score"] > 0]) == [NEAR, OUTSIDE]
    assert list(TABLE[TABLE["score"] > 9]) == []
    assert TABLE[np.int64(1)] == SMALL


@pytest.mark.parametrize("place", [3, -4])
def test_there_is_no_row_beyond_the_last(place: int) -> None:
    with pytest.raises(IndexError):
        TABLE[place]


def test_an_unknown_column_is_an_error_of_both_kinds() -> None:
    with pytest.raises(KeyError) as error:
        TABLE["colour"]
    assert isinstance(error.value, ColumnError)
    assert isinstance(error.value, GennapeError)
    assert str(error.value).startswith("there is no column 'colour', only model, score, ")


@pytest.mark.parametrize(
    ("column", "models"),
    [
        ("score", ["near", "outside", "small"]),
        ("macs", ["small", "near", "outside"]),
        ("accuracy", ["near", "small", "outside"]),
        ("model", ["near", "outside", "small"]),
        ("scope", ["near", "small", "outside"]),
    ],
)
def test_costs_and_texts_are_sorted_upwards_and_what_is_unknown_comes_last(
    column: str, models: list[str]
) -> None:
    assert [row.model for row in TABLE.sorted_by(column)] == models


def test_unknown_texts_come_last() -> None:
    table = table_of(replace(NEAR, dataset=None), MEASURED)
    assert [row.model for row in table.sorted_by("dataset")] == ["measured", "near"]


def test_what_has_no_order_is_not_sorted_by() -> None:
    with pytest.raises(ColumnError, match="unknown_operations has no order"):
        TABLE.sorted_by("unknown_operations")


def test_neighbours_are_those_of_the_row_in_every_part_of_a_table() -> None:
    estimator, graphs = made_up_estimator(), list(random_classifiers(5))
    table = estimator.predict(graphs)
    expected = [row.neighbours for row in table]
    assert [row.neighbours for row in table[::-1][:3]] == expected[::-1][:3]
    assert table[3:][1].neighbours == expected[4]
    assert len({neighbours[0].model for neighbours in expected}) > 1


def test_neighbours_are_looked_for_once_and_only_where_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def watched(model: Any, features: Any, conditions: Any) -> object:
        found = nearest_measured(model, features, conditions)
        asked.append(len(found))
        return found

    monkeypatch.setattr("gennape.estimator.array_scoring.nearest_measured", watched)
    table = made_up_estimator().predict(random_classifiers(4))
    assert repr(table)
    assert asked == []
    assert table[2].neighbours
    assert table[2].neighbours
    assert asked == [1]
    assert len(list(table)) == 4
    assert asked == [1, 3]


def test_an_explanation_has_columns_of_parts_and_rows_with_all() -> None:
    estimator, graphs = made_up_estimator(), random_classifiers(3)
    table = estimator.explain(graphs)
    assert isinstance(table, ExplanationTable)
    parts = [name for name in table.columns if name.startswith("part_")]
    np.testing.assert_allclose(
        sum(table[name] for name in parts), estimator.predict(graphs)["score"], atol=1e-6
    )
    assert [f"part_{name}" for name in table[0].parts] == parts
    assert table[1].parts["size"] == table["part_size"][1]
    assert isinstance(table[:2], ExplanationTable)


def test_a_table_of_an_estimator_can_be_pickled() -> None:
    table = made_up_estimator().predict(random_classifiers(2))
    again = pickle.loads(pickle.dumps(table.sorted_by("macs")))
    assert list(again) == list(table.sorted_by("macs"))


def test_pandas_gets_the_columns() -> None:
    pandas = pytest.importorskip("pandas")
    frame = TABLE.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == list(TABLE.columns)
    assert frame["macs"].tolist() == TABLE["macs"].tolist()


def test_without_pandas_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(ImportError, match="to_pandas needs pandas: pip install pandas"):
        TABLE.to_pandas()


def test_neighbours_of_made_up_rows() -> None:
    assert TABLE[0].neighbours == (NEIGHBOUR,)
    assert TABLE[2].neighbours == ()
