import numpy as np
import pytest
import skfuzzy
from hypothesis import given, settings
from hypothesis import strategies as st

from gennape.estimator.models.fuzzy_clusters import memberships
from gennape.utils.array_types import FloatArray

FUZZIFIERS = [1.2, 1.5, 2.0, 3.0]


def _points(count: int = 60, features: int = 4, seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).normal(size=(count, features))


@pytest.mark.parametrize("fuzzifier", FUZZIFIERS)
def test_memberships_are_those_of_scikit_fuzzy(fuzzifier: float) -> None:
    points, centres = _points(), _points(5, seed=1)
    expected, *_ = skfuzzy.cmeans_predict(
        points.T, centres, fuzzifier, error=1e-12, maxiter=2, seed=0
    )
    np.testing.assert_allclose(memberships(points, centres, fuzzifier), expected.T, atol=1e-12)


@given(
    seed=st.integers(0, 1000),
    fuzzifier=st.floats(1.05, 5),
    scale=st.sampled_from([1e-8, 1.0, 1e8]),
    clusters=st.integers(1, 6),
)
@settings(max_examples=50)
def test_memberships_are_shares(seed: int, fuzzifier: float, scale: float, clusters: int) -> None:
    points, centres = _points(seed=seed) * scale, _points(clusters, seed=seed + 1) * scale
    shares = memberships(points, centres, fuzzifier)
    assert shares.shape == (60, clusters)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-12)
    distances = np.linalg.norm(points[:, None] - centres, axis=2)
    assert (shares.argmax(axis=1) == distances.argmin(axis=1)).all()


def test_memberships_by_hand() -> None:
    """Distances 1 and 3 with m = 2: the squares are 1 and 9, the shares 9/10 and 1/10."""
    shares = memberships(np.array([[1.0]]), np.array([[0.0], [4.0]]), 2.0)
    np.testing.assert_allclose(shares, [[0.9, 0.1]], rtol=1e-12)


@pytest.mark.parametrize("fuzzifier", FUZZIFIERS)
def test_a_point_on_a_centre_belongs_to_it_alone(fuzzifier: float) -> None:
    centres = _points(4)
    np.testing.assert_allclose(memberships(centres, centres, fuzzifier), np.eye(4), atol=1e-9)


def test_memberships_move_with_their_centres() -> None:
    points, centres = _points(), _points(5, seed=1)
    order = [3, 0, 4, 1, 2]
    moved = memberships(points, centres[order], 1.5)
    np.testing.assert_allclose(moved, memberships(points, centres, 1.5)[:, order])
