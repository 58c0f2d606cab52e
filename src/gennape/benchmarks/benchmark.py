"""One labelled family as architectures beside columns of labels."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gennape.graph import ComputationGraph
from gennape.spaces import SearchSpace
from gennape.utils.errors import GennapeError

Rows = npt.NDArray[np.int64]


class Split(NamedTuple):
    """Row numbers of a table for each purpose."""

    train: Rows
    validation: Rows
    test: Rows


def no_split(rows: int) -> Split:
    """Return all rows for training, and all for the test: a family is used for one of them."""
    order = np.arange(rows)
    return Split(order, order[:0], order)


class BenchmarkError(GennapeError, ValueError):
    """A labelled table that cannot be read; the message says which and what to do."""


@dataclass(frozen=True)
class Benchmark:
    """A labelled family.

    Attributes:
        name: The table's name.
        space: The family its architectures belong to; None where they are of no one family.
        architectures: One a row, in file order.
        labels: Columns of labels by name, each `(rows,)`, higher is better.
        target: Name of the label that estimators are judged on.
        split_rows: The split of so many rows.
    """

    name: str
    space: SearchSpace[Any] | None
    architectures: Sequence[Any]
    labels: dict[str, npt.NDArray[np.float64]]
    target: str
    split_rows: Callable[[int], Split] = no_split

    def __len__(self) -> int:
        return len(self.architectures)

    @property
    def accuracies(self) -> npt.NDArray[np.float64]:
        """The label that estimators are judged on, `(rows,)`."""
        return self.labels[self.target]

    @property
    def split(self) -> Split:
        """Rows for training, validation and test.

        Raises:
            ValueError: The table is too short for its split.
        """
        return self.split_rows(len(self))

    def require_space(self) -> SearchSpace[Any]:
        """Return the family of the architectures.

        Raises:
            BenchmarkError: They are of no one family.
        """
        if self.space is None:
            raise BenchmarkError(
                f"the networks of {self.name} are of no one family; give the table of a family"
            )
        return self.space

    def graphs(self, rows: Rows | None = None) -> Iterator[ComputationGraph]:
        """Yield the graphs of the given rows, of all unless given, built one at a time."""
        chosen = range(len(self)) if rows is None else rows.tolist()
        space = self.require_space()
        return (space.graph(self.architectures[row]) for row in chosen)
