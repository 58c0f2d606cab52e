from dataclasses import replace

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct

from gennape.estimator.adapter import Adapter, Standardiser, _squared_distances
from gennape.estimator.descriptions import Descriptions

RNG = np.random.default_rng(0)


def described(networks: int) -> Descriptions:
    columns = (RNG.normal(size=(networks, count)) for count in (1, 4, 5, 6))
    score, sizes, embeddings, walks = columns
    return Descriptions(score[:, 0], sizes, embeddings, walks)


NETWORKS = described(30)
TARGETS = (
    NETWORKS.score + np.sin(2 * NETWORKS.embeddings[:, 0]) + 0.5 * NETWORKS.walks[:, 1]
) / 1.5


def test_standardised_values_are_limited() -> None:
    standardise = Standardiser.of(np.array([[0.0, 7.0], [2.0, 7.0]]))
    rows = standardise(np.array([[0.0, 7.0], [2.0, 8.0], [1000.0, -1000.0]]))
    assert rows.tolist() == [[-1, 0], [1, 1], [4, -4]]


def test_distances_are_those_of_pairs() -> None:
    rows = NETWORKS.embeddings
    by_hand = ((rows[:, None] - rows[None, :7]) ** 2).sum(axis=2)
    squares = (rows**2).sum(axis=1)
    distances = _squared_distances(squares, squares[:7], rows @ rows[:7].T)
    np.testing.assert_allclose(distances, by_hand, atol=1e-9)


def test_what_one_view_says_is_that_of_scikit_learn() -> None:
    """Lines and smooth functions of the embeddings, all other views silent."""
    silent = dict.fromkeys(("sizes", "walks"), np.ones((30, 1)))
    networks = replace(NETWORKS, score=np.ones(30), **silent)
    adapter = Adapter.fit(networks, TARGETS)
    view, (*_, line, smooth, _, walks, noise) = adapter.views["embeddings"], adapter.amplitudes
    kernel = ConstantKernel(line / 5) * DotProduct(1e-6) + ConstantKernel(smooth) * RBF(
        np.sqrt(view.length)
    )  # the smooth function of walks that are all the same is a constant
    rival = GaussianProcessRegressor(
        kernel + ConstantKernel(walks), alpha=noise + 1e-6, optimizer=None
    ).fit(view.support, TARGETS)
    others = described(8)
    new = replace(others, score=np.ones(8), **dict.fromkeys(("sizes", "walks"), np.ones((8, 1))))
    mean, deviation = adapter.predict(new)
    rival_mean, rival_deviation = rival.predict(view.scale(new.embeddings), return_std=True)
    np.testing.assert_allclose(mean, rival_mean, atol=1e-5)
    np.testing.assert_allclose(deviation**2, rival_deviation**2 + noise, atol=1e-5)


def test_the_parts_add_up_to_the_mean() -> None:
    adapter, others = Adapter.fit(NETWORKS, TARGETS), described(8)
    parts = adapter.parts(others)
    assert list(parts) == ["zero_shot", "sizes", "embeddings", "walks"]
    np.testing.assert_allclose(sum(parts.values()), adapter.predict(others)[0])


def test_what_labels_say_is_learned() -> None:
    adapter = Adapter.fit(NETWORKS, TARGETS)
    mean, deviation = adapter.predict(NETWORKS)
    assert np.corrcoef(mean, TARGETS)[0, 1] > 0.9
    assert (deviation**2 >= adapter.amplitudes[-1]).all()


def test_two_labels_leave_the_order_of_scores() -> None:
    given, rest = NETWORKS.take(np.array([0, 1])), NETWORKS.take(np.arange(2, 30))
    better = int(given.score.argmax())
    adapter = Adapter.fit(given, np.where(np.arange(2) == better, 0.67, -0.67))
    assert np.corrcoef(adapter.predict(rest)[0], rest.score)[0, 1] > 0.5


def test_identical_networks_do_no_harm() -> None:
    same = np.ones((4, 3))
    networks = Descriptions(np.ones(4), same, same, same)
    adapter = Adapter.fit(networks, np.array([-1.0, 0, 0, 1]))
    mean, deviation = adapter.predict(networks)
    assert np.isfinite(mean).all()
    assert np.isfinite(deviation).all()


def test_amplitudes_of_many_labels_are_those_of_a_thousand() -> None:
    many = NETWORKS.take(np.arange(1200) % 30)
    targets = TARGETS[np.arange(1200) % 30]
    first, again = (Adapter.fit(many, targets, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.amplitudes, again.amplitudes)
    assert first.weights.shape == (1200,)
    assert np.abs(first.predict(many)[0] - targets).max() < 0.3


def test_stored_and_read_back() -> None:
    adapter = Adapter.fit(NETWORKS, TARGETS)
    again = Adapter.from_arrays(adapter.arrays())
    for first, second in zip(adapter.predict(NETWORKS), again.predict(NETWORKS), strict=True):
        np.testing.assert_array_equal(first, second)
