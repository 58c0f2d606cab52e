"""The estimators that come with the package."""

import numpy as np
import pytest

import gennape
from gennape import spaces
from gennape.estimator import list_estimators
from gennape.estimator.checkpoint import DEFAULT_NAME
from helpers.tiny_tables import random_graphs


@pytest.mark.parametrize("name", list_estimators())
def test_it_scores_both_families(name: str) -> None:
    space, rng = spaces.get("nasbench201"), np.random.default_rng(0)
    graphs = random_graphs(20) + [space.graph(space.sample(rng)) for _ in range(20)]
    prediction = gennape.load(name).predict(graphs)
    assert np.isfinite(prediction.score).all()
    assert (np.abs(prediction.score) < 10).all()
    assert ((prediction.percentile >= 0) & (prediction.percentile <= 100)).all()
    assert (prediction.uncertainty > 0).all()


def test_random_cells_stand_where_their_accuracies_were_measured() -> None:
    """Cells of NAS-Bench-101 after 108 epochs: nine in ten from 87 to 94 percent."""
    prediction = gennape.load().predict(random_graphs(200))
    assert 88 < np.median(prediction.accuracy) < 94
    assert np.quantile(prediction.accuracy, 0.95) < 96
    assert set(prediction.scope) == {"near"}
    assert set(prediction.dataset) == {"cifar10"}


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("nasbench101:c3-c3-c3/01-12-23-34-03-14", "nasbench101:mp-mp-mp/01-12-23-34"),
        ("nasbench101:c3-c3/01-12-23-03", "nasbench101:c1/01-12"),
        (
            "nasbench201:|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|"
            "+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|",
            "nasbench201:|avg_pool_3x3~0|+|none~0|avg_pool_3x3~1|+|none~0|none~1|avg_pool_3x3~2|",
        ),
    ],
)
def test_what_everybody_knows(better: str, worse: str) -> None:
    """Residual 3x3 convolutions beat a chain of poolings."""
    high, low = gennape.load().predict([gennape.graph_of(better), gennape.graph_of(worse)]).score
    assert high > low + 0.3


@pytest.mark.parametrize(
    ("name", "scores"),
    [
        ("all-families", [-0.61844, -0.13962, 0.11181, 0.07159]),
        ("nasbench101", [0.43182, 1.56016, 0.18464, -2.27145]),
    ],
)
def test_scores_stay_what_they_were(name: str, scores: list[float]) -> None:
    """Frozen when the estimator was bundled: a change of passes or features shows here."""
    names = (
        "nasbench101:c3-c1-mp/01-02-13-24-34",
        "nasbench101:c3-c3-c3/01-12-23-34-04",
        "nasbench201:|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|"
        "+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|",
        "hiaml:a22-src0-t31-z",
    )
    prediction = gennape.load(name).predict([gennape.graph_of(network) for network in names])
    np.testing.assert_allclose(prediction.score, scores, atol=2e-4)


def test_the_default_is_bundled_by_name() -> None:
    assert DEFAULT_NAME in list_estimators()
    graphs = random_graphs(3)
    np.testing.assert_array_equal(
        gennape.load().predict(graphs).score, gennape.load(DEFAULT_NAME).predict(graphs).score
    )
