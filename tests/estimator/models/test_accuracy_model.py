import numpy as np

from gennape.estimator.features.statistics import STATISTICS
from gennape.estimator.models.accuracy_model import ranker_weight
from gennape.estimator.models.accuracy_process import to_percent
from helpers.accuracy_models import made_up_model, made_up_rows

IMAGENET, CIFAR10 = 0, 1


def test_the_ranker_takes_over_with_the_distance() -> None:
    statistics = made_up_rows().features.statistics[:5]
    distances = np.array([0.0, 0.4, 0.5, 0.6, 9.0])
    at_large = ranker_weight(statistics, distances, np.full(5, IMAGENET))
    np.testing.assert_allclose(at_large, [0, 0, 0.375, 0.75, 0.75])
    at_small = ranker_weight(statistics[:3], np.array([0.2, 0.3, 0.4]), np.full(3, CIFAR10))
    np.testing.assert_allclose(at_small, [0, 0.375, 0.75])


def test_networks_with_attention_are_left_to_the_process() -> None:
    statistics = made_up_rows().features.statistics[:2].copy()
    statistics[1, STATISTICS.index("count_matmul")] = 1.0
    weights = ranker_weight(statistics, np.full(2, 9.0), np.full(2, IMAGENET))
    np.testing.assert_allclose(weights, [0.75, 0])


def test_near_measured_networks_the_process_speaks_alone() -> None:
    model, rows = made_up_model(), made_up_rows()
    features, datasets = rows.features, np.zeros(len(rows.features), dtype=np.int64)
    values, by_process, nearest = model.predict(features, None, datasets, "typical")
    np.testing.assert_allclose(nearest, 0, atol=2e-3)
    np.testing.assert_array_equal(values, by_process)


def test_images_choose_the_data_set() -> None:
    """Networks for 96 and for 32 pixels."""
    model, rows = made_up_model(), made_up_rows()
    expected = np.where(np.arange(len(rows.features)) % 4 == 0, IMAGENET, CIFAR10)
    np.testing.assert_array_equal(model.usual_datasets(rows.features.statistics), expected)


def test_scores_are_deviations_of_the_population() -> None:
    model, rows = made_up_model(), made_up_rows()
    graphs = np.unique(rows.graphs[rows.conditions.dataset == IMAGENET])
    datasets = np.zeros(len(graphs), dtype=np.int64)
    predictions, _, _ = model.predict(rows.features.take(graphs), None, datasets, "typical")
    scores = model.scores(predictions, datasets)
    assert abs(scores.mean()) < 1e-9
    assert abs(scores.std() - 1) < 1e-9
    shares = (np.arange(len(graphs)) + 0.5) / len(graphs) * 100
    percentiles = model.percentiles(np.sort(scores), datasets)
    np.testing.assert_allclose(percentiles[:-1], shares[:-1], atol=1)
    assert percentiles[-1] == 100


def test_a_population_by_hand() -> None:
    """1 and 3, of which the second counts three times: mean 2.5, variance 0.75."""
    one = (np.array([3.0, 1.0]), np.array([0.75, 0.25]))
    model = made_up_model().with_population([one] * 3)
    np.testing.assert_allclose(model.centres, 2.5)
    np.testing.assert_allclose(model.deviations, np.sqrt(0.75))
    np.testing.assert_allclose(model.scores(np.array([2.5]), np.array([1])), 0)


def test_strata() -> None:
    model, statistics = made_up_model(), made_up_rows().features.statistics[:2]
    datasets = np.array([IMAGENET, CIFAR10])
    assert model.strata(statistics, datasets, "typical").tolist() == [0, 2]
    assert model.strata(statistics, datasets, "more-data").tolist() == [3, 3]


def test_bounds_are_in_percent() -> None:
    low, high = made_up_model().bounds(np.array([0.0]), np.array([10.0]))
    np.testing.assert_allclose([low[0], high[0]], [*to_percent(np.array([-10.0, 10.0]))])
