from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gennape.estimator import load
from gennape.estimator.accuracy_scoring import placed_calibrator
from gennape.estimator.array_scoring import explain_arrays, predict_arrays
from gennape.estimator.models.accuracy_kernel import RECIPES
from gennape.estimator.models.accuracy_storage import accuracy_arrays
from gennape.estimator.models.attribution import GROUPS
from gennape.graph import ComputationGraph, GraphBuilder
from helpers.accuracy_models import (
    classifier,
    made_up_estimator,
    made_up_model,
    made_up_rows,
    random_classifiers,
)
from helpers.tiny_tables import random_graphs


def _segmentation() -> ComputationGraph:
    build = GraphBuilder()
    build.output(build.conv(build.input((3, 32, 32)), 21, kernel=3))
    return build.build()


def _mixed() -> list[ComputationGraph]:
    """Two of the family, four that are new, one that was measured, one that is outside."""
    new = [classifier(channels=8 * n, depth=n) for n in (2, 3, 5, 9)]
    return [*random_graphs(2), *new, random_classifiers(2).graph(1), _segmentation()]


def test_scopes_and_what_is_not_known_outside() -> None:
    prediction = predict_arrays(made_up_estimator(), _mixed())
    assert prediction.scope[:2] == ["near", "near"]
    assert prediction.scope[-2:] == ["measured", "outside"]
    is_outside = np.array(prediction.scope) == "outside"
    for values in (prediction.accuracy, prediction.accuracy_low, prediction.accuracy_high):
        np.testing.assert_array_equal(np.isnan(values), is_outside)
    assert np.isfinite(prediction.score).all()
    assert prediction.note[-1].startswith("its output is a map")
    rows = made_up_rows()
    assert prediction.measured[-2] == rows.accuracies[rows.graphs == 1].max()


@pytest.mark.parametrize("recipe", list(RECIPES))
def test_intervals_hold_the_expectation(recipe: str) -> None:
    prediction = predict_arrays(made_up_estimator(), _mixed()[:-1], recipe=recipe)
    assert prediction.recipe == recipe
    assert (prediction.accuracy_low < prediction.accuracy).all()
    assert (prediction.accuracy < prediction.accuracy_high).all()
    assert (prediction.accuracy_low >= 0).all()
    assert (prediction.accuracy_high <= 100).all()


@pytest.mark.parametrize("dataset", ["imagenet-1k", "cifar10", "cifar100"])
def test_scores_and_accuracies_have_one_order(dataset: str) -> None:
    graphs = [*_mixed()[:-1], *random_graphs(10, seed=4)]
    prediction = made_up_estimator().predict(graphs, dataset=dataset)
    assert set(prediction.dataset) == {dataset}
    order = np.argsort(prediction.score)
    assert (np.diff(prediction.accuracy[order]) >= 0).all()


@pytest.mark.parametrize("recipe", ["typical", "modern"])
def test_parts_sum_to_the_score(recipe: str) -> None:
    graphs = _mixed()
    explanation = explain_arrays(made_up_estimator(), graphs, recipe=recipe)
    total = np.sum(list(explanation.parts.values()), axis=0)
    expected = made_up_estimator().predict(graphs, recipe=recipe).score
    np.testing.assert_allclose(total, expected, atol=1e-6)
    assert {"average", "ranker", "family", "predictors", *GROUPS} == set(explanation.parts)
    assert explanation.families[:3] == ["nasbench101", "nasbench101", None]


def test_what_predictors_put_higher_is_placed_higher() -> None:
    estimator = made_up_estimator()
    assert estimator.accuracy is not None
    places = estimator.accuracy.placed[0]
    calibrator = placed_calibrator(estimator.calibrator, places)
    predictions = np.tile(np.linspace(-3, 3, 50), (2, 1))
    family, known = np.zeros(50, dtype=np.int64), np.ones(50, dtype=bool)
    values = calibrator.predictor_scores(predictions, family, known)
    assert (np.diff(values, axis=1) >= 0).all()
    assert (values.mean(axis=1) > places[0, 0]).all()
    assert (values.mean(axis=1) < places[0, -1]).all()


def test_a_higher_place_is_a_higher_accuracy() -> None:
    estimator, graphs = made_up_estimator(), random_graphs(5)
    model = made_up_model()
    assert estimator.accuracy is not None
    raised = replace(estimator.accuracy, placed=estimator.accuracy.placed + 5)
    low, high = (one.predict(graphs) for one in (estimator, estimator.with_accuracy(raised)))
    assert (high.accuracy > low.accuracy).all()
    np.testing.assert_allclose(
        high.score - low.score, 5 / model.deviations[1], rtol=1e-6, err_msg="on CIFAR-10"
    )


def test_neighbours_of_a_measured_network_begin_with_itself() -> None:
    graphs = [random_classifiers(2).graph(1), _segmentation()]
    near, none = (row.neighbours for row in made_up_estimator().predict(graphs))
    assert none == ()
    assert near[0].model == "made-up:1"
    assert near[0].distance < 0.01
    assert len(near) == 3
    assert np.abs(list(near[0].difference.values())).max() < 0.02
    assert near[0].distance <= near[1].distance <= near[2].distance


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"dataset": "svhn"}, "no data set 'svhn'; give one of imagenet-1k, cifar10, cifar100"),
        ({"recipe": "long"}, "no recipe 'long'; give one of typical, classic, modern, more-data"),
    ],
)
def test_unknown_conditions(settings: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        made_up_estimator().predict(random_graphs(1), **settings)


def test_a_checkpoint_keeps_everything(tmp_path: Path) -> None:
    estimator, graphs = made_up_estimator(), _mixed()
    estimator.save_pretrained(tmp_path / "estimator")
    again = load(tmp_path / "estimator")
    before, after = (one.predict(graphs, recipe="modern") for one in (estimator, again))
    for name in ("score", "percentile", "uncertainty", "accuracy", "accuracy_low", "measured"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name), err_msg=name)
    assert after.scope.tolist() == before.scope.tolist()
    assert [row.neighbours for row in after] == [row.neighbours for row in before]
    assert estimator.accuracy is not None
    assert again.accuracy is not None
    for name, values in accuracy_arrays(estimator.accuracy).items():
        np.testing.assert_array_equal(accuracy_arrays(again.accuracy)[name], values, err_msg=name)
