"""Real networks of the model zoo, each predicted without its family.

`real_networks.py` prints what is measured here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from unseen_tables import extra_trees, tree_columns

from gennape.benchmarks.model_zoo import ModelZoo, ZooEntry
from gennape.estimator.features.size_prior import size_prior
from gennape.estimator.features.statistics import STATISTICS
from gennape.estimator.models.accuracy_kernel import DATASETS
from gennape.estimator.models.accuracy_model import AccuracyModel, ranker_predictions, ranker_weight
from gennape.estimator.models.accuracy_process import to_scale
from gennape.estimator.models.cross_family_ranker import CrossFamilyRanker, component_scores
from gennape.estimator.training.accuracy_training import fit_accuracy_model, left_out_predictions
from gennape.estimator.training.measured_rows import MeasuredRows
from gennape.estimator.training.recipe_kinds import more_data, training_kind
from gennape.utils.progress import no_progress

FOLDS = 10


@dataclass(frozen=True)
class LeftOutZoo:
    """The model zoo's rows and what is said of each without its family.

    Attributes:
        zoo: The table.
        rows: What is learned from: a row for each graph, data set and kind of training.
        ranker: The cross-family ranker, which has seen no real network.
    """

    zoo: ModelZoo
    rows: MeasuredRows
    ranker: CrossFamilyRanker

    @cached_property
    def model(self) -> AccuracyModel:
        """Fitted to all rows."""
        return fit_accuracy_model(self.rows, self.ranker)

    @cached_property
    def row_of_entry(self) -> dict[int, int]:
        """The row that each entry of the table went into, by its number."""
        conditions = self.rows.conditions
        keys = zip(
            self.rows.graphs.tolist(),
            conditions.dataset.tolist(),
            conditions.kind.tolist(),
            conditions.more_data.tolist(),
            strict=True,
        )
        place = {key: row for row, key in enumerate(keys)}
        _, graphs = self.zoo.graph_batch(no_progress)
        found = {
            number: place.get(_key(entry, int(graphs[number])))
            for number, entry in enumerate(self.zoo.entries)
            if entry.dataset in DATASETS and entry.top1 is not None
        }
        return {number: row for number, row in found.items() if row is not None}

    @cached_property
    def joined_families(self) -> list[str]:
        """Families of the rows; those that share a network are one."""
        joined = np.array(self.rows.families)
        for network in np.unique(self.rows.networks):
            shared = np.unique(joined[self.rows.networks == network])
            joined[np.isin(joined, shared)] = shared[0]
        return [str(name) for name in joined]

    def by_process(self, groups: Sequence[str], *, knows_recipe: bool) -> np.ndarray:
        """What the process says without a row's group, on its scale, `(rows,)`.

        Where the kind of training is not known, it is "typical" for whoever knows recipes too.
        """
        process, conditions = self.model.process, self.rows.conditions
        typical = left_out_predictions(self.rows, process, groups, knows_recipe=False)
        if not knows_recipe:
            return typical
        told = left_out_predictions(self.rows, process, groups, knows_recipe=True)
        is_told = (conditions.kind != 0) | (conditions.more_data > 0)
        return np.where(is_told, told, typical)

    def composed(self, groups: Sequence[str], *, knows_recipe: bool) -> np.ndarray:
        """What process and ranker say together, `(rows,)`; see `AccuracyModel.predict`."""
        datasets = self.rows.conditions.dataset
        weight = ranker_weight(self.rows.statistics, self.nearest(groups), datasets)
        typical = self.by_process(groups, knows_recipe=False)
        told = self.by_process(groups, knows_recipe=knows_recipe)
        by_ranker = ranker_predictions(self.model.ranker_levels, self.ranker_scores, datasets)
        return told + weight * (by_ranker - typical)

    @cached_property
    def distances(self) -> np.ndarray:
        """Between the networks of rows, `(rows, rows)`."""
        return self.model.process.distances(self.rows.statistics)

    def nearest(self, groups: Sequence[str]) -> np.ndarray:
        """Distance to the nearest row of another group, `(rows,)`."""
        labels = np.array(groups)
        apart = np.where(labels[:, None] == labels, np.inf, self.distances)
        return apart.min(axis=1)

    def by_neighbour(self, groups: Sequence[str]) -> np.ndarray:
        """Accuracy of the nearest row of another group, same data set, from scratch, `(rows,)`."""
        labels, conditions = np.array(groups), self.rows.conditions
        is_apart = (labels[:, None] != labels) & (conditions.dataset[:, None] == conditions.dataset)
        usable = is_apart & (conditions.more_data == 0)
        nearest = np.where(usable, self.distances, np.inf).argmin(axis=1)
        return to_scale(self.rows.accuracies[nearest])

    def by_trees(self, groups: Sequence[str], seed: int, *, knows_recipe: bool) -> np.ndarray:
        """What extra trees say in ten folds of groups, `(rows,)`."""
        conditions, rows = self.rows.conditions, self.rows
        told = (conditions.more_data, conditions.kind)[: 1 + knows_recipe]
        columns = tree_columns(rows.statistics, conditions.dataset, *told)
        names, number = np.unique(np.array(groups), return_inverse=True)
        fold = (np.random.default_rng(seed).permutation(len(names)) % FOLDS)[number]
        said = np.zeros(len(rows.accuracies))
        for one in range(FOLDS):
            here, others = np.flatnonzero(fold == one), np.flatnonzero(fold != one)
            said[here] = extra_trees(columns[others], rows.take(others), seed).predict(
                columns[here]
            )
        return said

    @cached_property
    def ranker_scores(self) -> np.ndarray:
        """What the ranker alone says, on its own scale, `(rows,)`."""
        scores = component_scores(self.ranker, self.rows.features).mean(axis=0)
        return scores[self.rows.graphs]

    def sizes(self) -> dict[str, np.ndarray]:
        """Rankings by size alone, `(rows,)` each."""
        features, graphs = self.rows.features, self.rows.graphs
        return {
            "MACs": features.log_macs[graphs],
            "parameters": self.rows.statistics[:, STATISTICS.index("log_params")],
            "size prior": size_prior(features.sizes)[graphs],
        }


def _key(entry: ZooEntry, graph: int) -> tuple[int, int, float, float]:
    dataset = DATASETS.index(entry.dataset)
    return graph, dataset, training_kind(entry), more_data(entry)
