"""Generalists on made-up families, in which depth helps or harms beyond size."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from gennape.estimator.encoder import EncoderInput
from gennape.estimator.generalist import Generalist, train_generalist
from gennape.estimator.graph_features import GraphFeatures
from gennape.estimator.sizes import size_scores
from gennape.estimator.skeleton import skeleton_features
from gennape.estimator.stages import Run
from gennape.graph import GraphBatch, canonical
from gennape.utils.progress import no_progress
from made_up_families import made_up_family, plain_network, qualities, two_families
from tiny_tables import TINY


def _trained(effect: float, scales: tuple[float, float], folder: Path) -> Generalist:
    """A generalist that has seen two families, whose labels have other scales."""
    torch.manual_seed(0)
    generalist = Generalist(TINY)
    folder.mkdir(exist_ok=True)
    run = Run(replace(TINY, generalist_epochs=3), 0, folder, "generalist", no_progress)
    train_generalist(generalist, two_families(effect, scales), run)
    return generalist


@torch.no_grad()
def _said(generalist: Generalist, features: GraphFeatures) -> np.ndarray:
    return generalist(EncoderInput.of(features)).numpy()


@pytest.mark.parametrize("effect", [0.5, -0.5])
def test_what_holds_in_two_families_is_said_of_a_third(effect: float, tmp_path: Path) -> None:
    generalist = _trained(effect, (1.0, 100.0), tmp_path)
    features, layers = made_up_family(5, 80, seed=9)
    truth = qualities(features, layers, effect)
    sizes = size_scores(features.sizes)
    by_size = spearmanr(sizes, truth).statistic
    by_both = spearmanr(sizes + _said(generalist, features), truth).statistic
    assert 1 - by_both < (1 - by_size) / 2


def test_where_size_says_it_all_little_is_added(tmp_path: Path) -> None:
    features, _ = made_up_family(5, 80, seed=9)
    said = _said(_trained(0.0, (1.0, 1.0), tmp_path), features)
    assert said.std() < 0.2 * size_scores(features.sizes).std()


def test_nothing_is_said_beyond_what_was_learned(tmp_path: Path) -> None:
    """Networks of forty layers, after families of two to eight."""
    generalist = _trained(0.5, (1.0, 1.0), tmp_path)
    learned = torch.cat(
        [torch.from_numpy(_said(generalist, made_up_family(k, 60, k)[0])) for k in (1, 3)]
    )
    deep = skeleton_features(canonical(GraphBatch.of([plain_network(16, 40, 5)])))
    low, high = generalist.limits.tolist()
    assert low <= _said(generalist, deep)[0] <= high
    assert high - low < 3 * float(learned.max() - learned.min())


def test_the_same_seed_says_the_same(tmp_path: Path) -> None:
    features, _ = made_up_family(5, 10, seed=9)
    first, second = (_said(_trained(0.5, (1, 1), tmp_path / name), features) for name in "ab")
    np.testing.assert_array_equal(first, second)
