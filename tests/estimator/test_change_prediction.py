"""Expected changes of accuracies, where the predictions are known."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gennape.estimator import Estimator, Prediction, Scope, change_prediction, load
from gennape.estimator.array_scoring import NetworkEncoding
from gennape.estimator.change_prediction import ChangePrediction, predict_changes
from gennape.estimator.features.statistics import STATISTICS
from gennape.estimator.models.accuracy_kernel import statistic_scales
from gennape.estimator.models.accuracy_process import to_percent, to_scale
from helpers.tiny_tables import random_graphs, tiny_estimator

LEVEL = 12.0
"""Of the first network, on the scale of the accuracy process: 76.9 %."""
HALF = 1.5


def _changes(
    shifts: list[float],
    distances: list[float],
    scopes: list[Scope] | None = None,
    families: list[int] | None = None,
) -> ChangePrediction:
    """Of networks whose values differ by shifts and whose statistics by distances.

    Args:
        shifts: Of the changed networks, on the scale of the process.
        distances: Of these.
        scopes: Of all, the first one included; near unless given.
        families: Of all, -1 for none; none unless given.
    """
    values = LEVEL + np.array([0.0, *shifts])
    scope = scopes or ["near"] * len(values)
    accuracy = np.where([one == "outside" for one in scope], np.nan, to_percent(values))
    statistics = np.zeros((len(values), len(STATISTICS)))
    statistics[1:, 0] = np.array(distances) / statistic_scales()[0]
    known = np.array(families or [-1] * len(values))
    nothing = np.full(len(values), np.nan)
    prediction = Prediction(
        score=values,
        percentile=values,
        uncertainty=values,
        accuracy=accuracy,
        accuracy_low=to_percent(to_scale(accuracy) - HALF),
        accuracy_high=to_percent(to_scale(accuracy) + HALF),
        measured=nothing,
        scope=scope,
        note=["a reason"] * len(values),
        dataset=["imagenet-1k"] * len(values),
        recipe="typical",
    )
    encoding = SimpleNamespace(features=SimpleNamespace(statistics=statistics))
    estimator: Any = SimpleNamespace(
        domain=SimpleNamespace(nearest=lambda features: (known, None, known >= 0)),
        accuracy=SimpleNamespace(process=SimpleNamespace(scaler=lambda rows: rows)),
    )
    network, *changed = [None] * len(values)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(NetworkEncoding, "of", lambda *_: encoding)
        patch.setattr(change_prediction, "predict_arrays", lambda *_: prediction)
        return predict_changes(estimator, network, changed)  # type: ignore[arg-type]


def _half_widths(changes: ChangePrediction) -> list[float]:
    before = changes.before.accuracy[0]
    low, high = to_scale(before + changes.low), to_scale(before + changes.high)
    return ((high - low) / 2).tolist()


def test_points_are_differences_of_accuracies() -> None:
    changes = _changes([1.0, -2.0], [0.1, 0.1])
    before = to_percent(LEVEL)
    np.testing.assert_allclose(
        changes.points, [to_percent(LEVEL + 1) - before, to_percent(LEVEL - 2) - before]
    )
    assert len(changes.before) == 1
    assert len(changes.after) == 2


def test_near_measured_networks_differences_are_as_sure_as_measured_ones() -> None:
    changes = _changes([0.0] * 4, [0.0, 0.39, 0.5, 0.9])
    assert _half_widths(changes) == pytest.approx([0.86, 0.86, 1.08, 1.25])


def test_a_gain_beyond_the_noise_is_sure() -> None:
    changes = _changes([0.85, 0.87], [0.1, 0.1])
    assert (changes.low > 0).tolist() == [False, True]


def test_nothing_is_told_of_changes_farther_than_any_pair_that_was_measured() -> None:
    changes = _changes([2.0], [1.1])
    assert np.isnan([*changes.points, *changes.low, *changes.high]).all()


@pytest.mark.parametrize("scopes", [["near", "far"], ["far", "near"], ["far", "far"]])
def test_far_away_errors_add_up(scopes: list[Scope]) -> None:
    assert _half_widths(_changes([0.0], [0.1], scopes)) == pytest.approx([HALF * 2**0.5])


def test_inside_a_family_errors_add_up() -> None:
    changes = _changes([0.0], [0.1], families=[2, 2])
    assert _half_widths(changes) == pytest.approx([HALF * 2**0.5])


@pytest.mark.parametrize("families", [[2, 3], [2, -1], [-1, 2]])
def test_nothing_is_told_of_changes_of_the_family(families: list[int]) -> None:
    assert np.isnan(_changes([0.0], [0.1], families=families).points).all()


def test_what_is_no_classifier_any_more_is_not_told() -> None:
    changes = _changes([0.0, 1.0], [0.1, 0.1], ["near", "outside", "near"])
    assert np.isnan(changes.points).tolist() == [True, False]


def test_an_outside_network_says_why_nothing_can_be_said() -> None:
    with pytest.raises(ValueError, match="nothing can be said of changes: a reason"):
        _changes([0.0], [0.1], ["outside", "near"])


def test_an_estimator_without_accuracies_says_so() -> None:
    graphs = random_graphs(2)
    with pytest.raises(ValueError, match="no accuracies"):
        predict_changes(tiny_estimator(), graphs[0], graphs[1:])


def test_the_bundled_estimator_knows_that_a_network_is_as_good_as_itself() -> None:
    estimator: Estimator = load()
    cell = random_graphs(1)[0]
    changes = predict_changes(estimator, cell, [cell])
    assert changes.points == pytest.approx(0, abs=1e-9)
    assert changes.low[0] < 0 < changes.high[0]
