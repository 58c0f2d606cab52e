"""Single changes of a network, where what they bring is known."""

from collections.abc import Sequence
from math import log
from pathlib import Path

import numpy as np
import pytest

import gennape
from gennape.estimator.change_prediction import ChangePrediction
from gennape.graph import ComputationGraph
from gennape.search import GraphSpace, Suggestion, suggest, suggestions
from helpers.accuracy_doubles import CostEstimator
from helpers.changed_networks import residual_network
from helpers.small_networks import small_onnx


@pytest.fixture
def known_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten points for each decade of parameters, each a point uncertain."""

    def predict(
        estimator: CostEstimator,
        network: ComputationGraph,
        changed: Sequence[ComputationGraph],
        dataset: str | None,
        recipe: str | None,
    ) -> ChangePrediction:
        points = 10 * np.log10([one.parameters / network.parameters for one in changed])
        before = estimator.arrays([network], dataset, recipe)
        after = estimator.arrays(changed, dataset, recipe)
        return ChangePrediction(before, after, points, points - 1, points + 1)

    monkeypatch.setattr(suggestions, "predict_changes", predict)


pytestmark = pytest.mark.usefixtures("known_changes")


def _growth(one: Suggestion) -> float:
    return log(one.macs / (one.macs - one.macs_change))


def test_only_sure_gains_are_gains_and_the_cheapest_come_first() -> None:
    network = residual_network()
    found = suggest(network, estimator=CostEstimator(), top=1000)
    assert found.gains
    assert min(one.points_low for one in found.gains) > 0
    worth = [one.points / max(_growth(one), 0.01) for one in found.gains]
    assert worth == sorted(worth, reverse=True)


def test_savings_save_macs_and_those_that_lose_least_for_it_come_first() -> None:
    network = residual_network()
    found = suggest(network, estimator=CostEstimator(), top=1000)
    assert max(one.macs_change for one in found.savings) <= -0.01 * network.macs
    worth = [-_growth(one) / max(-one.points, 0.1) for one in found.savings]
    assert worth == sorted(worth, reverse=True)


def test_each_change_makes_the_network_that_it_tells_of() -> None:
    network = residual_network()
    space = GraphSpace(network)
    found = suggest(network, estimator=CostEstimator(), top=1000)
    for one in [*found.gains, *found.savings]:
        changed = space.graph(space.parse(one.change))
        assert (changed.macs, changed.parameters) == (one.macs, one.parameters)
        assert one.macs - network.macs == one.macs_change
        assert one.parameters - network.parameters == one.parameters_change


def test_changes_that_come_to_the_same_are_named_once() -> None:
    found = suggest(residual_network(), estimator=CostEstimator(), top=1000)
    for some in (found.gains, found.savings):
        shown = [(one.macs, one.parameters, round(one.points, 1)) for one in some]
        assert len(set(shown)) == len(shown)
    assert sum(one.alike for one in found.savings) > 0


def test_all_changes_are_tried_at_once_and_the_best_are_named() -> None:
    network, estimator = residual_network(), CostEstimator()
    found = suggest(network, estimator=estimator, top=2)
    assert found.tried == len(GraphSpace(network).neighbours(()))
    assert len(found.gains) == len(found.savings) == 2
    assert len(estimator.asked) == 2
    assert found.gains == suggest(network, estimator=estimator, top=1000).gains[:2]


def test_conditions_reach_the_estimator() -> None:
    estimator = CostEstimator()
    found = residual_network().suggest(estimator=estimator, dataset="cifar100", recipe="modern")
    assert set(estimator.asked) == {("cifar100", "modern")}
    assert (found.dataset, found.recipe, found.model) == ("cifar100", "modern", "residual")


def test_a_file_can_be_given(tmp_path: Path) -> None:
    path = tmp_path / "small.onnx"
    with open(path, "wb") as file:
        file.write(small_onnx())
    told: list[tuple[str, int, int]] = []
    found = gennape.suggest(
        path,
        estimator=CostEstimator(),
        report=lambda what, done, total, _="": told.append((what, done, total)),
    )
    assert found.parameters == 216
    assert told[-1] == ("changing", found.tried, found.tried)
