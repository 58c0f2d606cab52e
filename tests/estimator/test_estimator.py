import copy
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from gennape import spaces
from gennape.estimator import Estimator, list_estimators, load
from gennape.estimator.features.size_prior import size_prior
from gennape.estimator.models.clustered_predictor import embed_all, predict_all
from gennape.estimator.models.cross_family_ranker import component_scores
from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, Op
from helpers.tiny_tables import (
    TINY,
    out_of_domain_graph,
    random_graphs,
    tiny_estimator,
    tiny_estimator_of_two_families,
)


def _nasbench201(count: int) -> list[ComputationGraph]:
    space, rng = spaces.get("nasbench201"), np.random.default_rng(0)
    return [space.graph(space.sample(rng)) for _ in range(count)]


def test_predictions_of_two_families() -> None:
    graphs = random_graphs(5, seed=3) + _nasbench201(5)
    prediction = tiny_estimator().predict(graphs)
    assert len(prediction) == 10
    for values in (prediction.score, prediction.percentile, prediction.uncertainty):
        assert values.shape == (10,)
        assert np.isfinite(values).all()
    assert ((prediction.percentile >= 0) & (prediction.percentile <= 100)).all()
    assert (prediction.uncertainty >= 0).all()
    assert len(np.unique(prediction.score)) > 5


def test_percentiles_follow_the_scores() -> None:
    prediction = tiny_estimator().predict(random_graphs(20, seed=3))
    order = np.argsort(prediction.score)
    assert (np.diff(prediction.percentile[order]) >= 0).all()


def test_company_does_not_matter() -> None:
    graphs = random_graphs(5, seed=3)
    together = tiny_estimator().predict(GraphBatch.of(graphs)).score
    alone = [tiny_estimator().predict([graph]).score[0] for graph in graphs]
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_no_networks_are_no_scores() -> None:
    assert len(tiny_estimator().predict([])) == 0
    assert tiny_estimator().embed([]).shape == (0, 2 * TINY.width)


def test_a_network_of_unknown_operations_has_a_score() -> None:
    build = GraphBuilder()
    x = build.input((3, 32, 32))
    for _ in range(3):
        x = build.add_node(Op.OTHER, (x,), (8, 32, 32), function="erfinv")
    build.output(x)
    unknown = build.build()
    assert np.isfinite(tiny_estimator().predict([unknown]).score).all()


def test_embeddings_of_all_predictors_side_by_side() -> None:
    graphs = random_graphs(3)
    embeddings = tiny_estimator().embed(graphs)
    assert embeddings.shape == (3, 2 * TINY.width)
    np.testing.assert_allclose(tiny_estimator().embed(graphs[1:2]), embeddings[1:2], atol=1e-4)


def _weighted(weight: float | None) -> Estimator:
    """The same predictors, with another weight out of domain."""
    tiny = tiny_estimator()
    config = replace(tiny.config, out_of_domain_weight=weight)
    return Estimator(
        config=config,
        predictors=tiny.predictors,
        ranker=None,
        label_transform=tiny.label_transform,
        domain=tiny.domain,
        calibrator=tiny.calibrator,
    )


def test_without_a_ranker_predictors_and_size_score_out_of_domain() -> None:
    """NAS-Bench-201 has average pooling, which NAS-Bench-101 never shows."""
    graphs = _nasbench201(5)
    by_size, both, by_predictors = (_weighted(weight).predict(graphs) for weight in (0, 0.5, 1))
    features = tiny_estimator().features(graphs)
    sizes = tiny_estimator().calibrator.ranker_scores(size_prior(features.sizes))
    np.testing.assert_allclose(by_size.score, sizes)
    np.testing.assert_allclose(both.score, (by_size.score + by_predictors.score) / 2)
    np.testing.assert_allclose(by_size.uncertainty, tiny_estimator().calibrator.errors[-1])
    _, known, in_domain = tiny_estimator().domain.nearest(features)
    assert not in_domain.any()
    spread = _weighted(None).predict(graphs).score - sizes
    weight = known**5 / 2
    np.testing.assert_allclose(both.score, sizes + weight * spread)
    least = np.abs(spread) * np.sqrt(weight * (1 - weight))
    assert (both.uncertainty >= least - 1e-9).all()


def test_predictors_alone_score_in_domain() -> None:
    graphs = random_graphs(5, seed=0)
    first, second = (_weighted(weight).predict(graphs) for weight in (0, 1))
    np.testing.assert_array_equal(first.score, second.score)


def test_the_ranker_scores_out_of_domain() -> None:
    estimator = tiny_estimator_of_two_families()
    graphs = [*random_graphs(4, seed=0), out_of_domain_graph()]
    features = estimator.features(graphs)
    components = component_scores(estimator.ranker, features)
    assert components.shape == (2, 5)
    ranked = estimator.calibrator.ranker_scores(components)
    prediction = estimator.predict(features)
    np.testing.assert_allclose(prediction.score[4], ranked[:, 4].mean(), rtol=1e-6)
    expected = np.hypot(ranked[:, 4].std(), estimator.calibrator.errors[-1])
    np.testing.assert_allclose(prediction.uncertainty[4], expected, rtol=1e-6)
    nearest, _, in_domain = estimator.domain.nearest(features)
    assert in_domain.tolist() == [True] * 4 + [False]
    predictions = predict_all(
        estimator.predictors,
        estimator.label_transform,
        features,
        embed_all(estimator.predictors, features),
    )
    by_predictors = estimator.calibrator.predictor_scores(predictions, nearest, in_domain).mean(
        axis=0
    )
    np.testing.assert_allclose(prediction.score[:4], by_predictors[:4], rtol=1e-6)


def _correlation(estimator: Estimator, graphs: Sequence[ComputationGraph], y: np.ndarray) -> float:
    return float(spearmanr(estimator.predict(graphs).score, y).statistic)


@pytest.mark.parametrize("sign", [1, -1])
def test_fine_tuning_learns_the_labels_it_is_given(sign: int) -> None:
    graphs = _nasbench201(24)
    labels = sign * np.log([graph.macs for graph in graphs])
    tuned = tiny_estimator().fine_tune(graphs, labels)
    assert _correlation(tuned, graphs, labels) > 0.6


def test_fine_tuning_leaves_the_original_as_it_was() -> None:
    graphs = random_graphs(6)
    original = tiny_estimator()
    arrays = copy.deepcopy([predictor.arrays() for predictor in original.predictors])
    before = original.predict(graphs).score
    tuned = original.fine_tune(graphs, list(range(6)))
    np.testing.assert_array_equal(original.predict(graphs).score, before)
    assert not np.allclose(tuned.predict(graphs).score, before)
    for predictor, kept in zip(original.predictors, arrays, strict=True):
        for name, array in predictor.arrays().items():
            np.testing.assert_array_equal(array, kept[name])


def test_fine_tuned_uncertainty_is_least_at_labelled_networks() -> None:
    graphs = _nasbench201(24)
    labels = np.log([graph.macs for graph in graphs])
    tuned = tiny_estimator().fine_tune(graphs[:12], labels[:12])
    uncertainty = tuned.predict(graphs).uncertainty
    assert uncertainty[:12].mean() < uncertainty[12:].mean()
    assert (uncertainty >= 0).all()


def test_labels_of_one_network_that_differ_are_said() -> None:
    first, second = random_graphs(2)
    with pytest.warns(UserWarning, match=r"networks 1 and 3 are the same, .* 0\.9 and 0\.1; all"):
        tuned = tiny_estimator().fine_tune([first, second, first], [0.9, 0.8, 0.1])
    assert np.isfinite(tuned.predict([first, second])["score"]).all()


@pytest.mark.parametrize("is_tuned", [False, True], ids=["zero-shot", "fine-tuned"])
@pytest.mark.parametrize("name", list_estimators())
def test_predictions_do_not_depend_on_the_batch(name: str, is_tuned: bool) -> None:
    generator = np.random.default_rng(0)
    families = [spaces.get(family) for family in spaces.names()]
    graphs = [space.graph(space.sample(generator)) for space in families for _ in range(2)]
    estimator = load(name)
    if is_tuned:
        estimator = estimator.fine_tune(graphs, generator.normal(size=len(graphs)))
    together = estimator.predict(graphs)
    alone = [estimator.predict([graph]) for graph in graphs]
    for column in ("score", "uncertainty", "percentile", "accuracy", "accuracy_low"):
        parts = [one[column] for one in alone]
        np.testing.assert_array_equal(np.concatenate(parts), together[column])


def test_two_labels_are_enough() -> None:
    graphs = random_graphs(2)
    tuned = tiny_estimator().fine_tune(graphs, [0.9, 0.8])
    scores = tuned.predict(graphs).score
    assert scores[0] > scores[1]


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ([1, 2, np.nan], r"the accuracy of network 3 of 3 is nan; leave out networks"),
        ([1, np.inf, 2], r"the accuracy of network 2 of 3 is inf; leave out networks"),
        ([1, 2], r"3 networks need 3 accuracies, not an array of shape \(2,\)"),
        ([[1, 2, 3]], r"3 networks need 3 accuracies, not an array of shape \(1, 3\)"),
        ([5, 5, 5], "all accuracies are equal; there is nothing to learn"),
    ],
)
def test_labels_that_cannot_be_used(labels: list[float], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        tiny_estimator().fine_tune(random_graphs(3), labels)


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_labels(count: int) -> None:
    with pytest.raises(ValueError, match=f"at least two labelled networks, not {count}"):
        tiny_estimator().fine_tune(random_graphs(count), [0.9] * count)
