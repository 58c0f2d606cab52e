import numpy as np

from gennape.estimator.models.clustered_predictor import ClusteredPredictor
from gennape.estimator.models.layers import Heads
from gennape.estimator.models.stored_arrays import StoredArrays
from helpers.tiny_tables import TINY, tiny_estimator


def _predictor() -> ClusteredPredictor:
    """Three clusters at the unit vectors of an eight-dimensional embedding doubled."""
    rng = np.random.default_rng(0)
    clusters, width = TINY.clusters, TINY.width
    heads = Heads(
        rng.normal(size=(clusters, width, width)),
        rng.normal(size=(clusters, width)),
        rng.normal(size=(clusters, width)),
        rng.normal(size=clusters),
    )
    encoder = tiny_estimator().predictors[0].encoder
    return ClusteredPredictor(
        encoder, heads, np.eye(clusters, width), np.full(width, 0.5), TINY.fuzzifier
    )


def test_on_a_centre_its_head_speaks_alone() -> None:
    predictor = _predictor()
    embeddings = 2 * np.eye(TINY.clusters, TINY.width)
    np.testing.assert_allclose(
        predictor.predict(embeddings), predictor.heads(embeddings).diagonal(), rtol=1e-4
    )


def test_between_all_centres_the_heads_are_averaged() -> None:
    predictor = _predictor()
    middle = np.zeros((1, TINY.width))
    np.testing.assert_allclose(predictor.predict(middle), predictor.heads(middle).mean(axis=1))


def test_what_is_stored_is_read() -> None:
    for predictor, view in zip(tiny_estimator().predictors, TINY.views, strict=True):
        stored = StoredArrays(predictor.arrays())
        again = ClusteredPredictor.read(stored, TINY, view)
        assert set(again.arrays()) == set(stored.arrays)
        for name, array in again.arrays().items():
            np.testing.assert_array_equal(array, stored.arrays[name])
