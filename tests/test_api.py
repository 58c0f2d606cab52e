"""The functions that users call, on an estimator whose answers are known."""

from math import log10
from pathlib import Path

import pytest

import gennape
from helpers.accuracy_doubles import NEIGHBOUR, CostEstimator
from helpers.small_networks import small_onnx

CELL = "nasbench101:c3-c1-mp/01-12-23-34-14"
SMALL_MACS, SMALL_PARAMETERS = 16 * 16 * 216, 216


@pytest.fixture
def small(tmp_path: Path) -> str:
    path = tmp_path / "small.onnx"
    path.write_bytes(small_onnx())
    return str(path)


def test_a_score_tells_accuracy_scope_and_evidence(small: str) -> None:
    estimator = CostEstimator({SMALL_PARAMETERS: "far"})
    (scored,) = gennape.score(small, estimator=estimator, dataset="cifar10", recipe="modern").scored
    assert scored.accuracy == pytest.approx(60 + 10 * log10(SMALL_MACS / 1e6))
    assert scored.accuracy_low == pytest.approx(scored.accuracy - 2)
    assert scored.accuracy_high == pytest.approx(scored.accuracy + 1)
    assert (scored.scope, scored.note, scored.measured) == ("far", "it is far away", None)
    assert (scored.dataset, scored.recipe) == ("cifar10", "modern")
    assert scored.neighbours == (NEIGHBOUR,)
    assert estimator.asked == [("cifar10", "modern")]


def test_what_is_not_known_is_none(small: str) -> None:
    estimator = CostEstimator({SMALL_PARAMETERS: "outside"})
    (scored,) = gennape.score(small, estimator=estimator).scored
    assert scored.accuracy is scored.accuracy_low is scored.accuracy_high is None
    assert scored.score == pytest.approx(log10(SMALL_MACS / 1e6))


def test_a_measured_network_shows_what_was_measured(small: str) -> None:
    estimator = CostEstimator({SMALL_PARAMETERS: "measured"})
    (scored,) = gennape.score(small, estimator=estimator).scored
    assert (scored.scope, scored.measured) == ("measured", 60.5)


def test_the_best_come_first_whatever_else_is_known(small: str) -> None:
    graph = gennape.graph_of(CELL)
    estimator = CostEstimator({graph.parameters: "outside"})
    table = gennape.score([small, CELL], estimator=estimator)
    assert [one.model for one in table.scored] == [CELL, small]


def test_an_explanation_is_a_score_and_its_parts(small: str) -> None:
    networks = [small, CELL, "no-such-network"]
    explained = gennape.explain(networks, estimator=CostEstimator())
    scored = gennape.score(networks, estimator=CostEstimator())
    assert explained.failed == scored.failed
    for one, other in zip(explained.explained, scored.scored, strict=True):
        assert vars(other).items() <= vars(one).items()
        assert sum(one.parts.values()) == pytest.approx(one.score)


@pytest.mark.parametrize("function", [gennape.score, gennape.explain])
def test_no_network_is_no_error(function: object) -> None:
    table = function([], estimator=CostEstimator())  # type: ignore[operator]
    assert table.failed == ()
