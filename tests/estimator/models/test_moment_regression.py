import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from sklearn.linear_model import Ridge

from gennape.estimator.features.neighbour_moments import neighbour_moments
from gennape.estimator.features.network_features import compute_graph_features
from gennape.estimator.features.size_prior import size_prior
from gennape.estimator.models.moment_regression import MomentRegression, _beyond_size
from gennape.estimator.training.training_set import TrainingSet
from gennape.graph import GraphBatch, canonical
from helpers.made_up_families import made_up_family, plain_network, qualities, two_families


def _fitted(data: TrainingSet) -> MomentRegression:
    return MomentRegression.fit(data.features, data.targets.numpy(), data.family_rows)


@pytest.mark.parametrize("effect", [0.5, -0.5])
def test_what_holds_in_two_families_is_said_of_a_third(effect: float) -> None:
    regression = _fitted(two_families(effect, (1.0, 100.0)))
    features, layers = made_up_family(5, 80, seed=9)
    truth, sizes = qualities(features, layers, effect), size_prior(features.sizes)
    by_both = spearmanr(sizes + regression(features), truth).statistic
    assert by_both > spearmanr(sizes, truth).statistic


def test_the_coefficients_are_those_of_scikit_learn() -> None:
    data = two_families(0.5, (1.0, 100.0))
    moments = neighbour_moments(data.features, 1).astype(np.float64)
    first, second = data.family_rows
    deviation = np.sqrt((moments[first].var(axis=0) + moments[second].var(axis=0)) / 2)
    scale = np.where(deviation > 1e-4, deviation, np.inf)
    steps = np.concatenate(
        [(moments[rows] - moments[rows].mean(axis=0)) / scale for rows in (first, second)]
    )
    sizes, labels = size_prior(data.features.sizes), data.targets.numpy().astype(np.float64)
    left = np.concatenate([_beyond_size(labels, sizes, rows) for rows in (first, second)])
    rival = Ridge(alpha=0.6 * 60, fit_intercept=False).fit(np.clip(steps, -4, 4), left)
    found = _fitted(data)
    values = found(data.features)
    expected = ((moments - found.mean) / scale) @ rival.coef_
    np.testing.assert_allclose(values, expected, atol=1e-6)
    assert found.limits.tolist() == pytest.approx([expected.min(), expected.max()])


def test_what_size_leaves_is_unlike_size() -> None:
    rng = np.random.default_rng(0)
    sizes, rows = rng.normal(size=50), np.arange(10, 50)
    left = _beyond_size(3 * sizes + rng.normal(size=50), sizes, rows)
    assert left @ sizes[rows] == pytest.approx(left.sum() * sizes[rows].mean())
    worse = _beyond_size(-sizes, sizes, rows)  # size itself is not taken for harm
    assert np.corrcoef(worse, -sizes[rows])[0, 1] == pytest.approx(1)


def test_nothing_is_said_beyond_what_was_learned() -> None:
    regression = _fitted(two_families(0.5, (1.0, 1.0)))
    deep = compute_graph_features(canonical(GraphBatch.of([plain_network(16, 40, 5)])))
    low, high = regression.limits
    assert low <= regression(deep)[0] <= high


def test_labels_that_are_all_equal_teach_nothing() -> None:
    data = two_families(0.5, (1.0, 1.0))
    data.targets[:] = torch.tensor(0.7)
    assert np.abs(_fitted(data).coefficients).max() < 1e-6
