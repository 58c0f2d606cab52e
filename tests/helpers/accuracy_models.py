"""Measured rows of made-up networks and labels, and an accuracy model and estimator of them."""

from dataclasses import replace
from functools import cache

import numpy as np

from gennape.estimator import DEFAULT, Estimator
from gennape.estimator.models.accuracy_kernel import DATASETS, Conditions
from gennape.estimator.models.accuracy_model import OFFERED, AccuracyModel
from gennape.estimator.models.measured_networks import MeasuredNetworks
from gennape.estimator.models.registry import ENCODERS
from gennape.estimator.training.accuracy_training import fit_accuracy_model
from gennape.estimator.training.measured_rows import MeasuredRows
from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, canonical
from gennape.graph.hashing import graph_hashes
from helpers.tiny_tables import tiny_estimator

ROWS = 64


def classifier(
    channels: int = 16, depth: int = 2, side: int = 32, kernel: int = 3, residual: bool = False
) -> ComputationGraph:
    """Convolutions on square images, half as large in the middle, and ten classes."""
    build = GraphBuilder()
    x = build.relu(build.conv(build.input((3, side, side)), channels, kernel=3))
    for layer in range(depth):
        y = build.relu(build.conv(x, channels, kernel=kernel, stride=2 if layer == 0 else 1))
        x = build.add(x, y) if residual and layer else y
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), 10))
    return build.build()


def random_classifiers(count: int, seed: int = 0) -> GraphBatch:
    """Canonical classifiers, every fourth of them for large images."""
    rng = np.random.default_rng(seed)
    graphs = [
        classifier(
            channels=int(rng.integers(8, 128)),
            depth=int(rng.integers(1, 12)),
            side=96 if number % len(DATASETS) == 0 else 32,
            kernel=int(rng.choice([1, 3, 5])),
            residual=bool(rng.integers(2)),
        )
        for number in range(count)
    ]
    return canonical(GraphBatch.of(graphs))


@cache
def made_up_rows() -> MeasuredRows:
    """Larger networks are better, modern trainings too; two rows share each network."""
    batch = random_classifiers(ROWS // 2)
    graphs = np.repeat(np.arange(ROWS // 2), 2)
    rng = np.random.default_rng(1)
    conditions = Conditions(
        dataset=graphs % len(DATASETS),
        kind=np.tile([-1.0, 1.0], ROWS // 2),
        more_data=np.where(np.arange(ROWS) % 16 == 1, 1.0, 0.0),
    )
    accuracies = 12 * np.log10(batch.parameters[graphs]) + conditions.kind + rng.normal(size=ROWS)
    hashes = graph_hashes(batch)
    return MeasuredRows(
        features=ENCODERS[DEFAULT.encoder].features(batch),
        graphs=graphs,
        accuracies=accuracies,
        conditions=conditions,
        counts=rng.integers(1, 4, size=ROWS).astype(np.float64),
        networks=graphs,
        families=[f"family {graph % 8}" for graph in graphs],
        measured=MeasuredNetworks(
            models=[f"made-up:{graph}" for graph in graphs],
            networks=graphs,
            fingerprints=[hashes[graph] for graph in graphs],
            accuracies=accuracies,
            macs=batch.macs[graphs],
            parameters=batch.parameters[graphs],
            conditions=conditions,
        ),
    )


@cache
def made_up_model() -> AccuracyModel:
    """Fitted to the made-up rows, without a ranker; its population are their networks."""
    model, rows = fit_accuracy_model(made_up_rows(), None), made_up_rows()
    populations = []
    for dataset in range(len(OFFERED)):
        graphs = np.unique(rows.graphs[rows.conditions.dataset == dataset])
        datasets = np.full(len(graphs), dataset)
        values, _, _ = model.predict(rows.features.take(graphs), None, datasets, "typical")
        populations.append((values, np.ones(len(graphs))))
    return model.with_population(populations)


@cache
def made_up_estimator() -> Estimator:
    """The tiny estimator with the made-up model: its family lies between 60 and 80 percent."""
    places = np.linspace(4.0, 14.0, 101)
    placed = np.tile(places, (len(OFFERED), 1, 1))
    model = replace(made_up_model(), placed=placed, family_widths=np.array([2.0]))
    return tiny_estimator().with_accuracy(model)
