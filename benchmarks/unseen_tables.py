"""What the estimator says of labelled tables that it has learned nothing from.

Each table is left out, both of OFA-MobileNetV3 together; the cross-family ranker learns from at
most 4,000 networks of each other table, the accuracy process from all real networks. All networks
of the left-out table are ranked. `real_networks.py` prints what is measured here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from labelled_tables import Table, training_set
from sklearn.ensemble import ExtraTreesRegressor

from gennape import benchmarks
from gennape.estimator import DEFAULT
from gennape.estimator.features.size_prior import size_prior
from gennape.estimator.features.statistics import STATISTICS
from gennape.estimator.models.accuracy_kernel import DATASETS
from gennape.estimator.models.accuracy_model import AccuracyModel
from gennape.estimator.models.accuracy_process import to_scale
from gennape.estimator.models.cross_family_ranker import CrossFamilyRanker, component_scores
from gennape.estimator.training.accuracy_training import fit_accuracy_model
from gennape.estimator.training.measured_rows import MeasuredRows
from gennape.estimator.training.ranker_training import train_ranker
from gennape.evaluation.metrics import partial_spearman, spearman
from gennape.evaluation.transfer.protocols import group_of
from gennape.utils.progress import no_progress
from gennape.utils.workspace import Workspace

TREES = 300
LEAF = 2


def without_encoders(ranker: CrossFamilyRanker) -> CrossFamilyRanker:
    """The same ranker, whose encoders add nothing to size and neighbour moments."""
    silent = replace(ranker.encoders[0], limits=np.zeros(2))
    return replace(ranker, encoders=[silent])


def tree_columns(statistics: np.ndarray, *conditions: np.ndarray) -> np.ndarray:
    """Statistics beside conditions; the data set, the first of them, as one column each."""
    one_hot = np.eye(len(DATASETS))[conditions[0]]
    return np.hstack([statistics, one_hot, *(column[:, None] for column in conditions[1:])])


def extra_trees(columns: np.ndarray, rows: MeasuredRows, seed: int) -> ExtraTreesRegressor:
    """Trees on what the process sees, each network's rows weighing one in all."""
    trees = ExtraTreesRegressor(TREES, min_samples_leaf=LEAF, random_state=seed)
    weights = 1 / np.bincount(rows.networks)[rows.networks]
    return trees.fit(columns, to_scale(rows.accuracies), sample_weight=weights)


def predictions(
    table: Table, rows: MeasuredRows, model: AccuracyModel, ranker: CrossFamilyRanker, seed: int
) -> dict[str, np.ndarray]:
    """What each method says of a table's networks, by the names of real_networks.py."""
    features = table.features
    statistics, datasets = features.statistics, model.usual_datasets(features.statistics)
    composed, process, _ = model.predict(features, ranker, datasets, "typical")
    no_encoders = without_encoders(ranker)
    moments, _, _ = fit_accuracy_model(rows, no_encoders).predict(
        features, no_encoders, datasets, "typical"
    )
    nearest = nearest_accuracy(model, statistics, datasets)
    trees = extra_trees(
        tree_columns(rows.statistics, rows.conditions.dataset, rows.conditions.more_data),
        rows,
        seed,
    )
    return {
        "MACs": features.log_macs,
        "parameters": statistics[:, STATISTICS.index("log_params")],
        "size prior": size_prior(features.sizes),
        "nearest neighbour": nearest,
        "extra trees": trees.predict(tree_columns(statistics, datasets, np.zeros(len(features)))),
        "ranker": component_scores(ranker, features).mean(axis=0),
        "ranker without encoders": component_scores(no_encoders, features)[0],
        "process": process,
        "composed without encoders": moments,
        "composed": composed,
    }


def nearest_accuracy(
    model: AccuracyModel, statistics: np.ndarray, datasets: np.ndarray
) -> np.ndarray:
    """Accuracy of the real network of the same data set that is nearest, of those from scratch."""
    conditions, nearest = model.measured.conditions, np.zeros(len(statistics))
    for dataset in np.unique(datasets):
        here = np.flatnonzero(datasets == dataset)
        distances = model.process.distances(statistics[here])
        distances[:, (conditions.dataset != dataset) | (conditions.more_data > 0)] = np.inf
        nearest[here] = model.measured.accuracies[distances.argmin(axis=1)]
    return nearest


def measure(rows: MeasuredRows, workspace: Workspace, seeds: Sequence[int]) -> None:
    """Add what is not in the folder yet: one record for each table and seed."""
    done = {(record["table"], record["seed"]) for record in workspace.records}
    wanted = [(name, seed) for seed in seeds for name in benchmarks.names()]
    missing = [cell for cell in wanted if cell not in done]
    if not missing:
        return
    tables = [Table(name) for name in benchmarks.names()]
    for seed in sorted({seed for _, seed in missing}):
        left_out = {group_of(name) for name, of in missing if of == seed}
        for group in sorted(left_out, key=sorted):
            for record in _records(tables, group, rows, workspace.folder, seed):
                workspace.append(record)


def _records(
    tables: Sequence[Table], group: frozenset[str], rows: MeasuredRows, runs: Path, seed: int
) -> Iterator[dict[str, Any]]:
    """Judge the tables of a group by what is learned without them."""
    folder = runs / f"{'-'.join(sorted(group))}-{seed}"
    folder.mkdir(exist_ok=True)
    others = training_set([table for table in tables if table.name not in group])
    ranker = train_ranker(others, DEFAULT, seed, folder, no_progress)
    assert ranker is not None
    model = fit_accuracy_model(rows, ranker)
    for table in (table for table in tables if table.name in group):
        said = predictions(table, rows, model, ranker, seed)
        distances = model.process.distances(table.features.statistics).min(axis=1)
        yield {
            "table": table.name,
            "seed": seed,
            "networks": len(table.accuracies),
            "distance": float(np.median(distances)),
            "results": {
                method: [
                    spearman(table.accuracies, scores),
                    partial_spearman(table.accuracies, scores, table.features.log_macs),
                ]
                for method, scores in said.items()
            },
        }
