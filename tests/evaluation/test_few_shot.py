import numpy as np

from gennape.evaluation.few_shot import after_labels, draw
from tiny_tables import random_graphs, tiny_estimator


def test_labels_and_rest_are_all_networks() -> None:
    """The labelled ones are those of the data's rule, in its order."""
    given, rest = draw(20, 5, seed=3)
    assert given.tolist() == np.random.default_rng(3).permutation(20)[:5].tolist()
    assert sorted([*given, *rest]) == list(range(20))


def test_the_same_as_fine_tuning_and_then_scoring() -> None:
    estimator = tiny_estimator()
    features = estimator.features(random_graphs(30, seed=5))
    accuracies = np.random.default_rng(0).normal(size=30)
    given, rest = draw(30, 12, seed=0)
    tuned = estimator.fine_tune_features(features.take(given), accuracies[given])
    expected = tuned.predict_features(features.take(rest)).score
    scores = after_labels(estimator.few_shot_features(features), given, accuracies[given], rest)
    np.testing.assert_allclose(scores, expected, atol=1e-3)
