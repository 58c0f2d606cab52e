import numpy as np
import pytest
import skfuzzy

from gennape.estimator.models.fuzzy_clusters import memberships
from gennape.estimator.training.fuzzy_c_means import fit_centres
from gennape.utils.array_types import FloatArray


def _points(count: int = 60, features: int = 4, seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).normal(size=(count, features))


def _blobs() -> FloatArray:
    """Three clouds that overlap a little."""
    middles = np.array([[0.0, 0, 0, 0], [4, 4, 0, 0], [0, 4, 4, 4]])
    return _points(90) + middles.repeat(30, axis=0)


@pytest.mark.parametrize("fuzzifier", [1.2, 1.5, 2.0, 3.0])
def test_clusters_are_those_of_scikit_fuzzy(fuzzifier: float) -> None:
    points = _blobs()
    expected, shares, *_ = skfuzzy.cmeans(points.T, 3, fuzzifier, error=1e-10, maxiter=2000, seed=0)
    centres = fit_centres(points, 3, fuzzifier, tolerance=1e-11, max_iterations=2000)
    order = np.linalg.norm(expected[:, None] - centres, axis=2).argmin(axis=1)
    assert sorted(order.tolist()) == [0, 1, 2]
    np.testing.assert_allclose(centres[order], expected, atol=1e-6)
    found = memberships(points, centres, fuzzifier)[:, order]
    np.testing.assert_allclose(found, shares.T, atol=1e-6)


def test_equal_points_are_one_place() -> None:
    np.testing.assert_allclose(fit_centres(np.ones((5, 2)), 3, 1.3), np.ones((3, 2)))


def test_the_seed_decides_the_fit() -> None:
    points = _points()
    first, second = (fit_centres(points, 5, 1.3, seed=7) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_centres_have_the_type_of_the_points() -> None:
    assert fit_centres(_points().astype(np.float32), 3, 1.3).dtype == np.float32


@pytest.mark.parametrize(
    ("clusters", "fuzzifier", "reason"),
    [
        (0, 2.0, "cannot find 0 clusters among 60 points"),
        (61, 2.0, "cannot find 61 clusters among 60 points"),
        (3, 1.0, r"the fuzzifier must be above 1, not 1\.0"),
    ],
)
def test_arguments_out_of_range(clusters: int, fuzzifier: float, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        fit_centres(_points(), clusters, fuzzifier)
