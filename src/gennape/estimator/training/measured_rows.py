"""Rows of measured networks that the accuracy process learns from."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gennape.benchmarks.model_zoo import ModelZoo, ZooEntry
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.accuracy_kernel import DATASETS, Conditions
from gennape.estimator.models.accuracy_process import to_percent, to_scale
from gennape.estimator.models.measured_networks import MeasuredNetworks
from gennape.estimator.training.recipe_kinds import more_data, training_kind
from gennape.graph import GraphBatch
from gennape.graph.hashing import graph_hashes
from gennape.utils.array_types import FloatArray, IntArray
from gennape.utils.progress import ProgressCallback

_SELF_SUPERVISED = "in1k-ssl"
"""Pretraining without labels; what follows is mostly a linear classifier on frozen features."""


@dataclass(frozen=True)
class MeasuredRows:
    """Rows of the accuracy process: trainings of one network of one kind, averaged.

    Attributes:
        features: Of the networks' graphs.
        graphs: The graph of each row, `(rows,)`.
        accuracies: In percent, `(rows,)`.
        conditions: Of these.
        counts: Trainings behind each, `(rows,)`.
        networks: Number of the network, `(rows,)`.
        families: Family of each row's network.
        measured: Names and costs.
    """

    features: GraphFeatures
    graphs: IntArray
    accuracies: FloatArray
    conditions: Conditions
    counts: FloatArray
    networks: IntArray
    families: Sequence[str]
    measured: MeasuredNetworks

    @property
    def statistics(self) -> FloatArray:
        """Statistics of each row's network, `(rows, statistics)`."""
        return self.features.statistics[self.graphs]

    def take(self, rows: IntArray) -> "MeasuredRows":
        """Take some rows; the features stay whole."""
        return replace(
            self,
            graphs=self.graphs[rows],
            accuracies=self.accuracies[rows],
            conditions=self.conditions.take(rows),
            counts=self.counts[rows],
            networks=self.networks[rows],
            families=[self.families[row] for row in rows],
            measured=_taken(self.measured, rows),
        )


def measured_rows(
    zoo: ModelZoo, features_of: Callable[[GraphBatch], GraphFeatures], report: ProgressCallback
) -> MeasuredRows:
    """Read the rows of the model zoo that can be learned from.

    Evaluations at other sizes than that of training, weights that another row has too, and data
    sets without many networks are left out.

    Args:
        zoo: The labelled table.
        features_of: Computes features of canonical graphs.
        report: Told of the progress.
    """
    batch, graph_of_row = zoo.graph_batch(report)
    groups: dict[tuple[int, int, float, float], list[int]] = defaultdict(list)
    for row, entry in enumerate(zoo.entries):
        if graph_of_row[row] >= 0 and _is_usable(entry):
            dataset = DATASETS.index(entry.dataset)
            kind, more = training_kind(entry), more_data(entry)
            groups[int(graph_of_row[row]), dataset, kind, more].append(row)
    entries = [zoo.entries[rows[0]] for rows in groups.values()]
    graphs, datasets, kinds, amounts = map(np.array, zip(*groups, strict=True))
    means = [to_scale(zoo.accuracies[rows]).mean() for rows in groups.values()]
    conditions = Conditions(datasets, kinds, amounts)
    accuracies = to_percent(np.array(means))
    names = np.unique([entry.network for entry in entries], return_inverse=True)[1]
    hashes = graph_hashes(batch)
    return MeasuredRows(
        features_of(batch),
        graphs,
        accuracies,
        conditions,
        np.array([len(rows) for rows in groups.values()], dtype=np.float64),
        names,
        [entry.family for entry in entries],
        MeasuredNetworks(
            models=[entry.loader for entry in entries],
            networks=names,
            fingerprints=[hashes[graph] for graph in graphs],
            accuracies=accuracies,
            macs=batch.macs[graphs],
            parameters=batch.parameters[graphs],
            conditions=conditions,
        ),
    )


def _is_usable(entry: ZooEntry) -> bool:
    is_own = entry.primary and not entry.shared_weights
    is_supervised = entry.pretrain != _SELF_SUPERVISED
    return is_own and is_supervised and entry.top1 is not None and entry.dataset in DATASETS


def _taken(measured: MeasuredNetworks, rows: IntArray) -> MeasuredNetworks:
    return MeasuredNetworks(
        models=[measured.models[row] for row in rows],
        networks=measured.networks[rows],
        fingerprints=[measured.fingerprints[row] for row in rows],
        accuracies=measured.accuracies[rows],
        macs=measured.macs[rows],
        parameters=measured.parameters[rows],
        conditions=measured.conditions.take(rows),
    )
