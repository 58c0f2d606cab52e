"""Families of plain networks, made up, in which depth helps or harms beyond size."""

import numpy as np
import torch

from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.features.network_features import compute_graph_features
from gennape.estimator.features.size_prior import size_prior
from gennape.estimator.training.training_set import TrainingSet
from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, canonical


def plain_network(channels: int, layers: int, kernel: int) -> ComputationGraph:
    build = GraphBuilder()
    x = build.input((3, 16, 16))
    for _ in range(layers):
        x = build.relu(build.conv(x, channels=channels, kernel=kernel))
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), 10))
    return build.build()


def made_up_family(kernel: int, count: int, seed: int) -> tuple[GraphFeatures, np.ndarray]:
    """Random plain networks, and how many layers each has."""
    rng = np.random.default_rng(seed)
    layers = rng.integers(2, 9, count)
    graphs = [plain_network(int(rng.integers(4, 33)), int(depth), kernel) for depth in layers]
    return compute_graph_features(canonical(GraphBatch.of(graphs))), layers


def qualities(features: GraphFeatures, layers: np.ndarray, effect: float) -> np.ndarray:
    """Size, and what depth adds to it."""
    return size_prior(features.sizes) + effect * layers


def two_families(effect: float, scales: tuple[float, float]) -> TrainingSet:
    """Networks with kernels of 1 and of 3, whose labels have other scales."""
    parts, labels = [], []
    for seed, (kernel, scale) in enumerate(zip((1, 3), scales, strict=True)):
        features, layers = made_up_family(kernel, 60, seed)
        parts.append(features)
        labels.append(scale * qualities(features, layers, effect))
    return TrainingSet(
        ["one", "two"],
        GraphFeatures.join(parts),
        torch.zeros(120, 0),
        torch.from_numpy(np.concatenate(labels)).float(),
        torch.arange(2).repeat_interleave(60),
    )
