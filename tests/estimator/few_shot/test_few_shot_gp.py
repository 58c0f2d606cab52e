from dataclasses import replace

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct

from gennape.estimator.few_shot import few_shot_gp
from gennape.estimator.few_shot.few_shot_features import FewShotFeatures
from gennape.estimator.few_shot.few_shot_gp import FewShotGP
from gennape.estimator.few_shot.kernels import Standardiser, _squared_distances
from gennape.estimator.models.stored_arrays import StoredArrays

RNG = np.random.default_rng(0)


def described(networks: int, rng: np.random.Generator = RNG) -> FewShotFeatures:
    columns = (rng.normal(size=(networks, count)) for count in (1, 4, 5, 12))
    score, sizes, embeddings, neighbour_moments = columns
    return FewShotFeatures(score[:, 0], sizes, embeddings, neighbour_moments)


NETWORKS = described(30)
TARGETS = (
    NETWORKS.score + np.sin(2 * NETWORKS.embeddings[:, 0]) + 0.5 * NETWORKS.neighbour_moments[:, 1]
) / 1.5


def test_standardised_values_are_limited() -> None:
    standardise = Standardiser.fit(np.array([[0.0, 7.0], [2.0, 7.0]]))
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
    silent = dict.fromkeys(("sizes", "neighbour_moments"), np.ones((30, 1)))
    networks = replace(NETWORKS, score=np.ones(30), **silent)
    few_shot = FewShotGP.fit(networks, TARGETS)
    view, (*_, line, smooth, _, moments, noise) = (
        few_shot.views["embeddings"],
        few_shot.amplitudes,
    )
    kernel = ConstantKernel(line / 5) * DotProduct(1e-6) + ConstantKernel(smooth) * RBF(
        np.sqrt(view.length)
    )  # the smooth function of neighbour_moments that are all the same is a constant
    rival = GaussianProcessRegressor(
        kernel + ConstantKernel(moments), alpha=noise + 1e-6, optimizer=None
    ).fit(view.support, TARGETS)
    others = described(8)
    new = replace(
        others, score=np.ones(8), **dict.fromkeys(("sizes", "neighbour_moments"), np.ones((8, 1)))
    )
    mean, deviation = few_shot.predict(new)
    rival_mean, rival_deviation = rival.predict(view.scale(new.embeddings), return_std=True)
    np.testing.assert_allclose(mean, rival_mean, atol=1e-5)
    np.testing.assert_allclose(deviation**2, rival_deviation**2 + noise, atol=1e-5)


def test_the_parts_add_up_to_the_mean() -> None:
    few_shot, others = FewShotGP.fit(NETWORKS, TARGETS), described(8)
    parts = few_shot.parts(others)
    assert list(parts) == ["zero_shot", "sizes", "embeddings", "neighbour_moments"]
    np.testing.assert_allclose(sum(parts.values()), few_shot.predict(others)[0])


def test_what_labels_say_is_learned() -> None:
    few_shot = FewShotGP.fit(NETWORKS, TARGETS)
    mean, deviation = few_shot.predict(NETWORKS)
    assert np.corrcoef(mean, TARGETS)[0, 1] > 0.9
    assert (deviation**2 >= few_shot.amplitudes[-1]).all()


def test_two_labels_leave_the_order_of_scores() -> None:
    given, rest = NETWORKS.take(np.array([0, 1])), NETWORKS.take(np.arange(2, 30))
    better = int(given.score.argmax())
    few_shot = FewShotGP.fit(given, np.where(np.arange(2) == better, 0.67, -0.67))
    assert np.corrcoef(few_shot.predict(rest)[0], rest.score)[0, 1] > 0.5


def test_identical_networks_do_no_harm() -> None:
    same = np.ones((4, 3))
    networks = FewShotFeatures(np.ones(4), same, same, same)
    few_shot = FewShotGP.fit(networks, np.array([-1.0, 0, 0, 1]))
    mean, deviation = few_shot.predict(networks)
    assert np.isfinite(mean).all()
    assert np.isfinite(deviation).all()


def test_many_labels_teach_through_a_support(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    many, others = described(400, rng), described(100, rng)
    targets = many.score + np.sin(2 * many.embeddings[:, 0]) + 0.3 * rng.normal(size=400)
    truth = others.score + np.sin(2 * others.embeddings[:, 0])

    def error(few_shot: FewShotGP) -> float:
        return float(np.square(few_shot.predict(others)[0] - truth).mean())

    errors = []
    for support in (40, 100, 400):
        monkeypatch.setattr(few_shot_gp, "_SUPPORT", support)
        few_shot, again = (FewShotGP.fit(many, targets, seed=3) for _ in range(2))
        np.testing.assert_array_equal(few_shot.posterior.weights, again.posterior.weights)
        assert few_shot.posterior.weights.shape == (support,)
        few = np.arange(support)
        assert error(few_shot) <= error(FewShotGP.fit(many.take(few), targets[few]))
        errors.append(error(few_shot))
    assert errors == sorted(errors, reverse=True)


def test_a_support_of_all_but_one_is_almost_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = FewShotGP.fit(NETWORKS, TARGETS)
    monkeypatch.setattr(few_shot_gp, "_SUPPORT", 29)
    projected, others = FewShotGP.fit(NETWORKS, TARGETS), described(8)
    for first, second in zip(projected.predict(others), exact.predict(others), strict=True):
        np.testing.assert_allclose(first, second, atol=0.1)


@pytest.mark.parametrize("support", [20, 1000])
def test_a_prediction_does_not_depend_on_the_batch(
    support: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(few_shot_gp, "_SUPPORT", support)
    few_shot, others = FewShotGP.fit(NETWORKS, TARGETS), described(110)
    together = few_shot.predict(others)
    for size in (1, 7, 109):
        part = few_shot.predict(others.take(np.arange(size)))
        for first, second in zip(part, together, strict=True):
            np.testing.assert_array_equal(first, second[:size])
    backwards = few_shot.predict(others.take(np.arange(110)[::-1]))
    for first, second in zip(backwards, together, strict=True):
        np.testing.assert_array_equal(first[::-1], second)


@pytest.mark.parametrize("support", [20, 1000])
def test_stored_and_read_back(support: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(few_shot_gp, "_SUPPORT", support)
    few_shot = FewShotGP.fit(NETWORKS, TARGETS)
    again = FewShotGP.read(StoredArrays(few_shot.arrays()), embedding=3, columns=2)
    for first, second in zip(few_shot.predict(NETWORKS), again.predict(NETWORKS), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(("view", "length"), [("score", 1.0), ("embeddings", 0.0)])
def test_a_view_has_a_length_if_it_has_a_smooth_function(view: str, length: float) -> None:
    stored = FewShotGP.fit(NETWORKS, TARGETS).arrays() | {f"{view}.length": np.array([length])}
    with pytest.raises(ValueError, match=rf"{view}\.length"):
        FewShotGP.read(StoredArrays(stored), embedding=3, columns=2)
