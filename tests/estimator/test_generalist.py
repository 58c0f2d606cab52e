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
from gennape.estimator.training import no_report
from gennape.estimator.training_set import TrainingSet
from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, canonical
from tiny_tables import TINY


def _network(channels: int, layers: int, kernel: int) -> ComputationGraph:
    build = GraphBuilder()
    x = build.input((3, 16, 16))
    for _ in range(layers):
        x = build.relu(build.conv(x, channels=channels, kernel=kernel))
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), 10))
    return build.build()


def _family(kernel: int, count: int, seed: int) -> tuple[GraphFeatures, np.ndarray]:
    """Random plain networks, and how many layers each has."""
    rng = np.random.default_rng(seed)
    layers = rng.integers(2, 9, count)
    graphs = [_network(int(rng.integers(4, 33)), int(depth), kernel) for depth in layers]
    return skeleton_features(canonical(GraphBatch.of(graphs))), layers


def _qualities(features: GraphFeatures, layers: np.ndarray, effect: float) -> np.ndarray:
    """What depth adds to size."""
    return size_scores(features.sizes) + effect * layers


def _trained(effect: float, scales: tuple[float, float], folder: Path) -> Generalist:
    """A generalist that has seen two families, whose labels have other scales."""
    parts, labels = [], []
    for seed, (kernel, scale) in enumerate(zip((1, 3), scales, strict=True)):
        features, layers = _family(kernel, 60, seed)
        parts.append(features)
        labels.append(scale * _qualities(features, layers, effect))
    data = TrainingSet(
        ["one", "two"],
        GraphFeatures.join(parts),
        torch.zeros(120, 0),
        torch.from_numpy(np.concatenate(labels)).float(),
        torch.arange(2).repeat_interleave(60),
    )
    torch.manual_seed(0)
    generalist = Generalist(TINY)
    folder.mkdir(exist_ok=True)
    run = Run(replace(TINY, generalist_epochs=3), 0, folder, "generalist", no_report)
    train_generalist(generalist, data, run)
    return generalist


@torch.no_grad()
def _said(generalist: Generalist, features: GraphFeatures) -> np.ndarray:
    return generalist(EncoderInput.of(features)).numpy()


@pytest.mark.parametrize("effect", [0.5, -0.5])
def test_what_holds_in_two_families_is_said_of_a_third(effect: float, tmp_path: Path) -> None:
    generalist = _trained(effect, (1.0, 100.0), tmp_path)
    features, layers = _family(5, 80, seed=9)
    truth = _qualities(features, layers, effect)
    sizes = size_scores(features.sizes)
    by_size = spearmanr(sizes, truth).statistic
    by_both = spearmanr(sizes + _said(generalist, features), truth).statistic
    assert 1 - by_both < (1 - by_size) / 2


def test_where_size_says_it_all_little_is_added(tmp_path: Path) -> None:
    features, _ = _family(5, 80, seed=9)
    said = _said(_trained(0.0, (1.0, 1.0), tmp_path), features)
    assert said.std() < 0.2 * size_scores(features.sizes).std()


def test_nothing_is_said_beyond_what_was_learned(tmp_path: Path) -> None:
    """Networks of forty layers, after families of two to eight."""
    generalist = _trained(0.5, (1.0, 1.0), tmp_path)
    learned = torch.cat([torch.from_numpy(_said(generalist, _family(k, 60, k)[0])) for k in (1, 3)])
    deep = skeleton_features(canonical(GraphBatch.of([_network(16, 40, 5)])))
    low, high = generalist.limits.tolist()
    assert low <= _said(generalist, deep)[0] <= high
    assert high - low < 3 * float(learned.max() - learned.min())


def test_the_same_seed_says_the_same(tmp_path: Path) -> None:
    features, _ = _family(5, 10, seed=9)
    first, second = (_said(_trained(0.5, (1, 1), tmp_path / name), features) for name in "ab")
    np.testing.assert_array_equal(first, second)
