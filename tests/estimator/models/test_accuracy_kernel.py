import numpy as np
import pytest

from gennape.estimator.features.statistics import STATISTICS
from gennape.estimator.models.accuracy_kernel import (
    DATASETS,
    RECIPES,
    Conditions,
    covariance,
    leave_out,
    row_covariance,
    squared_distances,
    statistic_scales,
)
from gennape.estimator.models.accuracy_process import StatisticScaler
from helpers.accuracy_models import made_up_rows

COLUMNS = len(STATISTICS)


def _one(dataset: int, kind: float = 0.0, more: float = 0.0) -> Conditions:
    return Conditions(np.array([dataset]), np.array([kind]), np.array([more]))


def _rows_and_covariance(*, knows_recipe: bool) -> tuple[np.ndarray, np.ndarray]:
    rows = made_up_rows()
    scaled = StatisticScaler.fit(rows.features.statistics)(rows.statistics)
    return scaled, row_covariance(
        scaled,
        rows.conditions,
        networks=rows.networks,
        counts=rows.counts,
        knows_recipe=knows_recipe,
    )


def test_scales_by_name() -> None:
    scales = dict(zip(STATISTICS, statistic_scales(), strict=True))
    assert scales["log_params"] == 4
    assert scales["macs_dense"] == 1
    assert scales["stage3_layers"] == 1.5
    assert scales["rate_relu"] == 0.4
    assert scales["fan_in"] == 0.5


@pytest.mark.parametrize(
    ("left", "right", "knows_recipe", "expected"),
    [
        (_one(0), _one(0), False, 10 + 7 + 400),
        (_one(0), _one(1), False, 10),
        (_one(0, -1), _one(0, 1), False, 417),
        (_one(0, -1), _one(0, 1), True, 417 - 2 * 2),
        (_one(0, 1, 1), _one(1, 1, 1.5), True, 10 + (6 * 1.5 + 2) * 2),
    ],
)
def test_covariances_of_the_mean_network_by_hand(
    left: Conditions, right: Conditions, knows_recipe: bool, expected: float
) -> None:
    """Its standardised statistics are all 0, so that d is 0, k is 1 and products vanish."""
    zeros = np.zeros((1, COLUMNS))
    found = covariance(zeros, left, zeros, right, knows_recipe=knows_recipe)
    np.testing.assert_allclose(found, [[expected]])


def test_one_statistic_apart_by_hand() -> None:
    """`fan_in`, no size and of scale 0.5: by 2, so that the distance is 1."""
    here, there = np.zeros((1, COLUMNS)), np.zeros((1, COLUMNS))
    there[0, STATISTICS.index("fan_in")] = 2.0
    d = np.sqrt(3) / 3.0
    smooth = (1 + d) * np.exp(-d)
    found = covariance(here, _one(1), there, _one(1), knows_recipe=False)
    np.testing.assert_allclose(found, [[17 * smooth + 400]])


@pytest.mark.parametrize("knows_recipe", [False, True])
def test_it_is_symmetric_and_positive_definite(knows_recipe: bool) -> None:
    _, total = _rows_and_covariance(knows_recipe=knows_recipe)
    np.testing.assert_allclose(total, total.T)
    assert np.linalg.eigvalsh(total).min() > 0


def test_noise_of_means_and_what_trainings_of_a_network_share() -> None:
    rows, total = made_up_rows(), _rows_and_covariance(knows_recipe=False)
    scaled, noisy = total
    exact = covariance(scaled, rows.conditions, scaled, rows.conditions, knows_recipe=False)
    added = noisy - exact
    np.testing.assert_allclose(np.diag(added), 0.15 + 0.15 / rows.counts, atol=1e-6)
    np.testing.assert_allclose(added[0, 1:3], [0.15, 0.0], atol=1e-6)


@pytest.mark.parametrize("knows_recipe", [False, True])
def test_leaving_out_equals_learning_without(knows_recipe: bool) -> None:
    rows = made_up_rows()
    _, total = _rows_and_covariance(knows_recipe=knows_recipe)
    targets = rows.accuracies - rows.accuracies.mean()
    found = leave_out(total, targets, rows.families)
    families = np.array(rows.families)
    for family in np.unique(families):
        out, kept = np.flatnonzero(families == family), np.flatnonzero(families != family)
        weights = np.linalg.solve(total[np.ix_(kept, kept)], targets[kept])
        np.testing.assert_allclose(found[out], total[np.ix_(out, kept)] @ weights, atol=1e-6)


def test_squared_distances() -> None:
    found = squared_distances(np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[3.0, 4.0]]))
    np.testing.assert_allclose(found, [[25.0], [20.0]])


def test_conditions_of_a_recipe() -> None:
    conditions = Conditions.of(np.array([0, 1]), "more-data")
    assert conditions.kind.tolist() == [1, 1]
    assert conditions.more_data.tolist() == [1, 1]
    assert conditions.take(np.array([1])).dataset.tolist() == [1]
    assert set(RECIPES) == {"typical", "classic", "modern", "more-data"}
    assert DATASETS[0] == "imagenet-1k"
