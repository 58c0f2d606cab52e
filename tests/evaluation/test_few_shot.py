import doctest

import numpy as np
import pytest

from gennape.evaluation import few_shot
from gennape.evaluation.few_shot import fine_tuned_scores, measure, split_labelled
from helpers.tiny_tables import random_graphs, tiny_estimator


def test_labels_and_rest_are_all_networks() -> None:
    """The labelled ones are those of the data's rule, in its order."""
    given, rest = split_labelled(20, 5, seed=3)
    assert given.tolist() == np.random.default_rng(3).permutation(20)[:5].tolist()
    assert sorted([*given, *rest]) == list(range(20))


def test_the_same_as_fine_tuning_and_then_scoring() -> None:
    estimator = tiny_estimator()
    features = estimator.features(random_graphs(30, seed=5))
    accuracies = np.random.default_rng(0).normal(size=30)
    given, rest = split_labelled(30, 12, seed=0)
    tuned = estimator.fine_tune(features.take(given), accuracies[given])
    expected = tuned.predict(features.take(rest)).score
    networks = estimator.few_shot_features(features)
    scores = fine_tuned_scores(networks, given, accuracies[given], rest)
    np.testing.assert_allclose(scores, expected, atol=1e-3)


def test_rankings_without_and_with_labels() -> None:
    """Networks without a label are not ranked; labels turn the ranking around."""
    accuracies = np.concatenate([np.linspace(90, 94, 40), [np.nan] * 3])
    sizes = np.arange(43.0)

    def learned(given: np.ndarray, labels: np.ndarray, rest: np.ndarray) -> np.ndarray:
        assert np.isfinite(labels).all()
        assert not set(given) & set(rest)
        return sizes[rest]

    (before,) = measure(-sizes, learned, accuracies, sizes)
    assert (before["labels"], before["draw"], before["networks"]) == (0, 0, 40)
    assert before["spearman"] == pytest.approx(-1)
    assert before["regret"] == pytest.approx(94 - accuracies[9])
    after = measure(-sizes, learned, accuracies, sizes, labels=8)
    assert [row["draw"] for row in after] == [0, 1, 2, 3, 4]
    assert {(row["labels"], row["networks"]) for row in after} == {(8, 32)}
    assert all(row["spearman"] == pytest.approx(1) for row in after)


def test_the_examples() -> None:
    assert doctest.testmod(few_shot).failed == 0
