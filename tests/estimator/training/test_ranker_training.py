"""Training of rankers on made-up families, in which depth helps or harms beyond size."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.features.network_features import compute_graph_features
from gennape.estimator.features.size_prior import size_prior
from gennape.estimator.models.cross_family_ranker import (
    ResidualEncoder,
    component_scores,
    score_parts,
)
from gennape.estimator.models.encoder_input import EncoderInput
from gennape.estimator.training.ranker_training import train_ranker, train_residual_encoder
from gennape.estimator.training.stages import PredictorRun
from gennape.graph import GraphBatch, canonical
from gennape.utils.progress import no_progress
from helpers.made_up_families import made_up_family, plain_network, qualities, two_families
from helpers.tiny_tables import TINY

DATA = two_families(0.5, (1.0, 1.0))


def _trained(effect: float, scales: tuple[float, float], folder: Path) -> ResidualEncoder:
    """An encoder that has seen two families, whose labels have other scales."""
    folder.mkdir(exist_ok=True)
    run = PredictorRun(replace(TINY, ranker_epochs=3), 0, folder, "encoder", no_progress)
    return train_residual_encoder(two_families(effect, scales), run)


def _residuals(encoder: ResidualEncoder, features: GraphFeatures) -> np.ndarray:
    return encoder(EncoderInput.of(features))


@pytest.mark.parametrize("effect", [0.5, -0.5])
def test_what_holds_in_two_families_is_said_of_a_third(effect: float, tmp_path: Path) -> None:
    encoder = _trained(effect, (1.0, 100.0), tmp_path)
    features, layers = made_up_family(5, 80, seed=9)
    truth = qualities(features, layers, effect)
    sizes = size_prior(features.sizes)
    by_size = spearmanr(sizes, truth).statistic
    by_both = spearmanr(sizes + _residuals(encoder, features), truth).statistic
    assert 1 - by_both < (1 - by_size) / 2


def test_where_size_says_it_all_little_is_added(tmp_path: Path) -> None:
    features, _ = made_up_family(5, 80, seed=9)
    residuals = _residuals(_trained(0.0, (1.0, 1.0), tmp_path), features)
    assert residuals.std() < 0.2 * size_prior(features.sizes).std()


def test_nothing_is_said_beyond_what_was_learned(tmp_path: Path) -> None:
    """Networks of forty layers, after families of two to eight."""
    encoder = _trained(0.5, (1.0, 1.0), tmp_path)
    learned = [_residuals(encoder, made_up_family(k, 60, k)[0]) for k in (1, 3)]
    deep = compute_graph_features(canonical(GraphBatch.of([plain_network(16, 40, 5)])))
    low, high = encoder.limits.tolist()
    assert low <= _residuals(encoder, deep)[0] <= high
    assert high - low < 3 * np.ptp(learned)


def test_the_same_seed_says_the_same(tmp_path: Path) -> None:
    features, _ = made_up_family(5, 10, seed=9)
    first, second = (_residuals(_trained(0.5, (1, 1), tmp_path / name), features) for name in "ab")
    np.testing.assert_array_equal(first, second)


def test_a_component_is_size_and_moments_and_what_its_encoder_adds(tmp_path: Path) -> None:
    ranker = train_ranker(DATA, TINY, 0, tmp_path, no_progress)
    assert ranker
    features = DATA.features.take(np.arange(5))
    added = [encoder(EncoderInput.of(features)) for encoder in ranker.encoders]
    shared = size_prior(features.sizes) + 0.35 * ranker.moments(features)
    np.testing.assert_allclose(component_scores(ranker, features), shared + added, rtol=1e-6)
    assert np.abs(added[0] - added[1]).max() > 0


def test_without_a_ranker_the_only_component_is_the_size() -> None:
    sizes = DATA.features.sizes
    np.testing.assert_allclose(component_scores(None, DATA.features), [size_prior(sizes)])


def test_the_parts_of_the_components_add_up_to_their_mean(tmp_path: Path) -> None:
    trained = train_ranker(DATA, TINY, 0, tmp_path, no_progress)
    for ranker in (trained, None):
        parts = score_parts(ranker, DATA.features)
        expected = component_scores(ranker, DATA.features).mean(axis=0)
        np.testing.assert_allclose(parts.sum(axis=0), expected, rtol=1e-6)
    assert (parts[4:] == 0).all()


def test_one_family_says_nothing_of_others(tmp_path: Path) -> None:
    alone = replace(DATA, families=torch.zeros(120, dtype=torch.int64))
    assert train_ranker(alone, TINY, 0, tmp_path, no_progress) is None
    unwanted = replace(TINY, ranker_encoders=0)
    assert train_ranker(DATA, unwanted, 0, tmp_path, no_progress) is None
