import numpy as np
import pytest
import skfuzzy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from gennape.estimator.models.fuzzy_clusters import FuzzyClusters, fit_clusters

FUZZIFIERS = [1.2, 1.5, 2.0, 3.0]


def _points(count: int = 60, features: int = 4, seed: int = 0) -> Tensor:
    return torch.randn(
        count, features, generator=torch.Generator().manual_seed(seed), dtype=torch.float64
    )


def _blobs() -> Tensor:
    """Three clouds that overlap a little."""
    middles = torch.tensor([[0.0, 0, 0, 0], [4, 4, 0, 0], [0, 4, 4, 4]], dtype=torch.float64)
    return _points(90) + middles.repeat_interleave(30, dim=0)


@pytest.mark.parametrize("fuzzifier", FUZZIFIERS)
def test_memberships_are_those_of_scikit_fuzzy(fuzzifier: float) -> None:
    points, centres = _points(), _points(5, seed=1)
    expected, *_ = skfuzzy.cmeans_predict(
        points.numpy().T, centres.numpy(), fuzzifier, error=1e-12, maxiter=2, seed=0
    )
    memberships = FuzzyClusters(centres, fuzzifier).memberships(points)
    np.testing.assert_allclose(memberships, expected.T, atol=1e-12)


@pytest.mark.parametrize("fuzzifier", FUZZIFIERS)
def test_clusters_are_those_of_scikit_fuzzy(fuzzifier: float) -> None:
    points = _blobs()
    centres, memberships, *_ = skfuzzy.cmeans(
        points.numpy().T, 3, fuzzifier, error=1e-10, maxiter=2000, seed=0
    )
    clusters = fit_clusters(points, 3, fuzzifier, tolerance=1e-11, max_iterations=2000)
    order = torch.cdist(torch.from_numpy(centres), clusters.centres).argmin(dim=1)
    assert sorted(order.tolist()) == [0, 1, 2]
    np.testing.assert_allclose(clusters.centres[order], centres, atol=1e-6)
    np.testing.assert_allclose(clusters.memberships(points)[:, order], memberships.T, atol=1e-6)


@given(
    seed=st.integers(0, 1000),
    fuzzifier=st.floats(1.05, 5),
    scale=st.sampled_from([1e-8, 1.0, 1e8]),
    clusters=st.integers(1, 6),
)
@settings(max_examples=50)
def test_memberships_are_shares(seed: int, fuzzifier: float, scale: float, clusters: int) -> None:
    points, centres = _points(seed=seed) * scale, _points(clusters, seed=seed + 1) * scale
    memberships = FuzzyClusters(centres, fuzzifier).memberships(points)
    assert memberships.shape == (60, clusters)
    assert (memberships >= 0).all()
    np.testing.assert_allclose(memberships.sum(dim=1), 1, atol=1e-12)
    nearest = torch.cdist(points, centres).argmin(dim=1)
    assert (memberships.argmax(dim=1) == nearest).all()


def test_memberships_by_hand() -> None:
    """Distances 1 and 3 with m = 2: the squares are 1 and 9, the shares 9/10 and 1/10."""
    clusters = FuzzyClusters(torch.tensor([[0.0], [4.0]]), 2.0)
    np.testing.assert_allclose(clusters.memberships(torch.tensor([[1.0]])), [[0.9, 0.1]], rtol=1e-6)


@pytest.mark.parametrize("fuzzifier", FUZZIFIERS)
def test_a_point_on_a_centre_belongs_to_it_alone(fuzzifier: float) -> None:
    centres = _points(4)
    np.testing.assert_allclose(
        FuzzyClusters(centres, fuzzifier).memberships(centres), np.eye(4), atol=1e-9
    )


def test_memberships_move_with_their_centres() -> None:
    points, centres = _points(), _points(5, seed=1)
    order = [3, 0, 4, 1, 2]
    memberships = FuzzyClusters(centres, 1.5).memberships(points)
    moved = FuzzyClusters(centres[order], 1.5).memberships(points)
    torch.testing.assert_close(moved, memberships[:, order])


@pytest.mark.parametrize("fuzzifier", FUZZIFIERS)
def test_memberships_are_differentiable_in_the_points(fuzzifier: float) -> None:
    points = _points(5).requires_grad_()
    assert torch.autograd.gradcheck(
        FuzzyClusters(_points(3, seed=1), fuzzifier).memberships, points
    )


def test_a_point_on_a_centre_has_a_gradient() -> None:
    centres = _points(3)
    points = centres.clone().requires_grad_()
    memberships = FuzzyClusters(centres, 1.3).memberships(points)
    (gradient,) = torch.autograd.grad(memberships.square().sum(), points)
    assert torch.isfinite(gradient).all()


def test_equal_points_are_one_place() -> None:
    clusters = fit_clusters(torch.ones(5, 2), 3, 1.3)
    torch.testing.assert_close(clusters.centres, torch.ones(3, 2))


def test_the_seed_decides_the_fit() -> None:
    points = _points()
    first, second = (fit_clusters(points, 5, 1.3, seed=7).centres for _ in range(2))
    assert torch.equal(first, second)


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
        fit_clusters(_points(), clusters, fuzzifier)
