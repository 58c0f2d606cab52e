"""Measured networks: the evidence that predictions rest on."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gennape.estimator.models.accuracy_kernel import DATASETS, Conditions, Recipe
from gennape.graph import GraphBatch
from gennape.graph.hashing import graph_hashes
from gennape.utils.array_types import BoolArray, FloatArray, IntArray

SHOWN = 3
"""Neighbours that are shown."""
_DIGITS = 6
"""Of distances that are told apart."""


@dataclass(frozen=True)
class Neighbour:
    """A measured network near another.

    Attributes:
        model: Its name, such as `timm:resnet50`.
        dataset: On which it was measured.
        accuracy: As measured, in percent.
        macs: Multiply-accumulates for one input.
        parameters: Learned parameters.
        distance: 0 for networks with the same statistics.
        difference: By how many points of accuracy each group of statistics puts the network
            above its neighbour.
    """

    model: str
    dataset: str
    accuracy: float
    macs: int
    parameters: int
    distance: float
    difference: dict[str, float]


@dataclass(frozen=True)
class MeasuredNetworks:
    """Names, costs and accuracies of the rows that the accuracy process has learned from.

    Attributes:
        models: Name of each row's network.
        networks: Number of the network, equal for the same one, `(rows,)`.
        fingerprints: Of the canonical graph of each row.
        accuracies: In percent, `(rows,)`.
        macs: `(rows,)`.
        parameters: `(rows,)`.
        conditions: Of the accuracies.
    """

    models: Sequence[str]
    networks: IntArray
    fingerprints: Sequence[str]
    accuracies: FloatArray
    macs: IntArray
    parameters: IntArray
    conditions: Conditions

    def __len__(self) -> int:
        return len(self.models)

    @cached_property
    def rows_of(self) -> dict[str, IntArray]:
        """Rows of each fingerprint."""
        names, first = np.unique(np.array(self.fingerprints), return_inverse=True)
        return {str(name): np.flatnonzero(first == number) for number, name in enumerate(names)}

    @cached_property
    def _costs(self) -> set[tuple[int, int]]:
        """MACs and parameters of the measured networks."""
        return set(zip(self.macs.tolist(), self.parameters.tolist(), strict=True))

    def fingerprints_of(self, batch: GraphBatch) -> list[str]:
        """Return fingerprints of the canonical graphs that were measured, else empty texts."""
        costs = zip(batch.macs.tolist(), batch.parameters.tolist(), strict=True)
        wanted = np.flatnonzero([cost in self._costs for cost in costs])
        names = [""] * len(batch)
        if len(wanted):
            hashes = graph_hashes(batch.take(wanted))
            for graph, name in zip(wanted.tolist(), hashes, strict=True):
                names[graph] = name if name in self.rows_of else ""
        return names

    def nearest(self, distances: FloatArray, dataset: int) -> IntArray:
        """Return rows of the nearest measured networks of a data set, each network once.

        Of several trainings of a network at one distance it is the best, as in `measured`.

        Args:
            distances: To all rows, `(rows,)`.
            dataset: Index into `DATASETS`.
        """
        usable = np.flatnonzero(
            (self.conditions.dataset == dataset) & (self.conditions.more_data == 0)
        )
        near = np.round(distances[usable], _DIGITS)
        ordered = usable[np.lexsort((-self.accuracies[usable], near))]
        _, first = np.unique(self.networks[ordered], return_index=True)
        return ordered[np.sort(first)[:SHOWN]]

    def best_rows(self, dataset: str, recipe: str | None) -> IntArray:
        """Return the row of each network's best training on a data set.

        Args:
            dataset: One of `DATASETS`.
            recipe: How it was trained, one of `RECIPES`; typical if None.
        """
        on_it = self.conditions.dataset == DATASETS.index(dataset)
        rows = np.flatnonzero(on_it & self._trained_by(recipe))
        ordered = rows[np.argsort(-self.accuracies[rows], kind="stable")]
        _, first = np.unique(self.networks[ordered], return_index=True)
        return ordered[np.sort(first)]

    def _trained_by(self, recipe: str | None) -> BoolArray:
        """Which rows are trainings of a kind, `(rows,)`; typical ones are all from scratch."""
        if recipe == "more-data":
            return np.greater(self.conditions.more_data, 0)
        from_scratch: BoolArray = self.conditions.more_data == 0
        if recipe in ("classic", "modern"):
            from_scratch &= self.conditions.kind == (-1 if recipe == "classic" else 1)
        return from_scratch

    def measured(self, fingerprint: str, dataset: int, recipe: Recipe) -> float:
        """Return the measured accuracy of this very network in percent, NaN where there is none.

        Without a recipe it is the best from scratch; else the best of trainings of that kind.
        """
        rows = self.rows_of.get(fingerprint, np.array([], dtype=np.int64))
        rows = rows[(self.conditions.dataset[rows] == dataset) & self._trained_by(recipe)[rows]]
        return float(self.accuracies[rows].max()) if len(rows) else float("nan")

    def neighbour(self, row: int, distance: float, difference: dict[str, float]) -> Neighbour:
        """Describe a row's network as a neighbour."""
        return Neighbour(
            model=self.models[row],
            dataset=DATASETS[self.conditions.dataset[row]],
            accuracy=round(float(self.accuracies[row]), 2),
            macs=int(self.macs[row]),
            parameters=int(self.parameters[row]),
            distance=round(distance, 3),
            difference=difference,
        )
