from typing import Any

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Kernel

from gennape.estimator import DEFAULT
from gennape.estimator.models.accuracy_kernel import RECIPES, Conditions, Recipe, covariance
from gennape.estimator.models.accuracy_process import StatisticScaler, to_percent, to_scale
from gennape.estimator.models.registry import ENCODERS
from helpers.accuracy_models import made_up_model, made_up_rows, random_classifiers


class _AccuracyKernel(Kernel):  # type: ignore[misc]
    """The covariance as scikit-learn calls it; the last columns are conditions and network."""

    def __init__(self, knows_recipe: bool) -> None:
        self.knows_recipe = knows_recipe

    def __call__(self, X: Any, Y: Any = None, eval_gradient: bool = False) -> Any:
        others = X if Y is None else Y
        total = covariance(
            X[:, :-4],
            _conditions(X),
            others[:, :-4],
            _conditions(others),
            knows_recipe=self.knows_recipe,
        )
        same = (X[:, None, -1] == others[:, -1]) & (X[:, None, -4] == others[:, -4])
        return total + 0.15 * same

    def diag(self, X: Any) -> Any:
        return np.diag(self(X))

    def is_stationary(self) -> bool:
        return False


def _conditions(table: np.ndarray) -> Conditions:
    return Conditions(table[:, -4].astype(np.int64), table[:, -3], table[:, -2])


def _table(statistics: np.ndarray, conditions: Conditions, networks: np.ndarray) -> np.ndarray:
    columns = (conditions.dataset, conditions.kind, conditions.more_data, networks)
    return np.hstack([statistics, np.stack(columns, axis=1)]).astype(np.float64)


@pytest.mark.parametrize("recipe", list(RECIPES))
def test_scikit_learn_says_the_same(recipe: Recipe) -> None:
    rows, process = made_up_rows(), made_up_model().process
    regressor = GaussianProcessRegressor(
        _AccuracyKernel(recipe != "typical"), alpha=0.15 / rows.counts, optimizer=None
    )
    targets = to_scale(rows.accuracies)
    regressor.fit(_table(process.support, rows.conditions, rows.networks), targets - targets.mean())
    statistics = ENCODERS[DEFAULT.encoder].features(random_classifiers(8, seed=5)).statistics
    datasets = np.arange(8) % 3
    new = _table(process.scaler(statistics), Conditions.of(datasets, recipe), np.arange(8) + 1_000)
    expected = regressor.predict(new) + targets.mean()
    np.testing.assert_allclose(process.predict(statistics, datasets, recipe), expected, atol=2e-3)


def test_percent_and_scale() -> None:
    np.testing.assert_allclose(to_scale(np.array([50.0])), [0.0], atol=1e-12)
    np.testing.assert_allclose(to_percent(np.array([10 * np.log(3)])), [75.0])
    assert np.isfinite(to_scale(np.array([0.0, 100.0]))).all()


def test_statistics_are_standardised_and_clipped() -> None:
    scaler = StatisticScaler(np.array([1.0, 1.0]), np.array([2.0, 2.0]))
    found = scaler(np.array([[3.0, 99.0]]))
    np.testing.assert_allclose(found, [[1 / np.sqrt(2), 4 / np.sqrt(2)]])


def test_statistics_of_measured_rows_come_back() -> None:
    rows, process = made_up_rows(), made_up_model().process
    chosen = np.array([0, 5])
    found = process.statistics_of(chosen)
    steps = (rows.statistics[chosen] - process.scaler.mean) / process.scaler.deviation
    unclipped = np.abs(steps) < 4
    np.testing.assert_allclose(
        found[unclipped], rows.statistics[chosen][unclipped], rtol=1e-4, atol=1e-4
    )


def test_a_measured_network_is_at_no_distance_from_itself() -> None:
    rows, process = made_up_rows(), made_up_model().process
    distances = process.distances(rows.statistics)
    assert distances.shape == (len(rows.accuracies),) * 2
    np.testing.assert_allclose(np.diag(distances), 0, atol=2e-3)
