"""Predictions as a table: a row for each network, a column for each value."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Self, TypeVar, overload

import numpy as np
import numpy.typing as npt

from gennape.estimator.models.measured_networks import Neighbour
from gennape.estimator.network_score import NetworkScore, ScoreParts
from gennape.estimator.prediction_text import html_of, text_of
from gennape.frontends.network_list import UnreadNetwork
from gennape.utils.array_types import BoolArray, IntArray
from gennape.utils.errors import GennapeError
from gennape.utils.optional_imports import require

Column = npt.NDArray[Any]
NeighboursOf = Callable[[IntArray], Sequence[Sequence[Neighbour]]]
"""Function from places of networks to the nearest measured networks of each."""
Row = TypeVar("Row", bound=NetworkScore)
_LEAST_FIRST = frozenset({"macs", "parameters", "uncertainty"})
_PART = "part_"


class ColumnError(GennapeError, KeyError):
    """A column that a table does not have; the message names those that it has."""

    __str__ = GennapeError.__str__


class NetworkTable(Sequence[Row]):
    """Rows of networks with their columns; see `PredictionTable`.

    Args:
        columns: By name, `(networks,)` each.
        neighbours: Function that finds the nearest measured networks.
        failed: Networks that could not be read.

    Attributes:
        failed: Networks that could not be read, in the order given, and why.
    """

    def __init__(
        self,
        columns: Mapping[str, Column],
        neighbours: NeighboursOf,
        failed: Sequence[UnreadNetwork] = (),
    ) -> None:
        self.failed = tuple(failed)
        self._columns = dict(columns)
        self._neighbours = neighbours
        self._rows: dict[int, Row] = {}

    def __len__(self) -> int:
        return len(self._columns["model"])

    @overload
    def __getitem__(self, key: int) -> Row: ...
    @overload
    def __getitem__(self, key: slice | Sequence[int] | IntArray | BoolArray) -> Self: ...
    @overload
    def __getitem__(self, key: str) -> Column: ...
    def __getitem__(
        self, key: int | str | slice | Sequence[int] | IntArray | BoolArray
    ) -> Row | Self | Column:
        if isinstance(key, str):
            return self._column(key)
        places = np.arange(len(self))[key]
        return self.take(places) if np.ndim(places) else self._rows_at([int(places)])[0]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows_at(range(len(self))))

    def __getattr__(self, name: str) -> Column:
        if name in self.__dict__.get("_columns", ()):
            return self._column(name)
        raise AttributeError(f"a {type(self).__name__} has no column or attribute {name!r}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._columns})

    def __repr__(self) -> str:
        return text_of(self)

    def _repr_html_(self) -> str:
        return html_of(self)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self._columns)

    def take(self, networks: Sequence[int] | IntArray) -> Self:
        """Take some networks, in the given order; what failed stays."""
        places = np.asarray(networks, dtype=np.int64)
        columns = {name: column[places] for name, column in self._columns.items()}
        return type(self)(columns, partial(_taken, self._neighbours, places), self.failed)

    def sorted_by(self, column: str) -> Self:
        """Sort by a column: costs, uncertainties and texts upwards, all others downwards.

        Networks without a value come last; those of equal values keep their order.

        Raises:
            ColumnError: There is no such column, or its values have no order.
        """
        values = self._column(column)
        if values.dtype != object:
            sign = 1 if column in _LEAST_FIRST else -1
            return self.take(np.argsort(sign * values.astype(float), kind="stable"))
        if not all(isinstance(value, str | None) for value in values):
            raise ColumnError(f"{column} has no order; sort by another column, such as score")
        keys = [(value is None, value or "") for value in values]
        return self.take(sorted(range(len(self)), key=keys.__getitem__))

    def bare_rows(self, count: int | None = None) -> list[Row]:
        """Return the first rows, or all, without neighbours: at once, however many they are."""
        return [self._row(place, ()) for place in range(len(self))[:count]]

    def to_pandas(self) -> Any:
        """Return the columns as a `pandas.DataFrame`.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        return require("pandas", "to_pandas").DataFrame(self._columns)

    def _column(self, name: str) -> Column:
        if name not in self._columns:
            raise ColumnError(f"there is no column {name!r}, only {', '.join(self._columns)}")
        return self._columns[name]

    def _rows_at(self, places: Sequence[int]) -> list[Row]:
        """Rows of some places; neighbours of all that are new are found at once."""
        if new := [place for place in places if place not in self._rows]:
            for place, nearest in zip(new, self._neighbours(np.array(new)), strict=True):
                self._rows[place] = self._row(place, nearest)
        return [self._rows[place] for place in places]

    @abstractmethod
    def _row(self, place: int, neighbours: Sequence[Neighbour]) -> Row:
        """Make the row of a place."""

    def _values(self, place: int) -> dict[str, Any]:
        """The values of a row as plain Python, None for NaN."""
        return {name: _plain(column[place]) for name, column in self._columns.items()}


class PredictionTable(NetworkTable[NetworkScore]):
    """Predictions for networks: `table[0].score` of one network, `table["score"]` of all.

    A table is a sequence of `NetworkScore`; a slice of it is a table, and so is a choice by
    places or by a condition: `table[table["macs"] < 1e9]`. Columns are arrays of the shape
    `(networks,)` by the names of the values of a row, with NaN where there is no number; they are
    attributes too, as in pandas. Nearest measured networks are found when rows are asked for.

    Attributes:
        failed: Networks that could not be read, in the order given, and why.

    Examples:
        >>> import gennape
        >>> table = gennape.load().predict(["hiaml:a22-src0-t31-z", "no-such-network"])
        >>> len(table), table[0].macs, table["macs"].tolist()
        (1, 122130432, [122130432])
        >>> table.failed[0].model
        'no-such-network'
    """

    def _row(self, place: int, neighbours: Sequence[Neighbour]) -> NetworkScore:
        return NetworkScore(**self._values(place), neighbours=tuple(neighbours))


class ExplanationTable(NetworkTable[ScoreParts]):
    """Predictions with the parts that scores are sums of: a `PredictionTable` of `ScoreParts`.

    Columns of parts begin with `part_`.
    """

    def _row(self, place: int, neighbours: Sequence[Neighbour]) -> ScoreParts:
        values = self._values(place)
        names = [name for name in values if name.startswith(_PART)]
        parts = {name.removeprefix(_PART): values.pop(name) for name in names}
        return ScoreParts(**values, neighbours=tuple(neighbours), parts=parts)


def _taken(
    neighbours: NeighboursOf, places: IntArray, rows: IntArray
) -> Sequence[Sequence[Neighbour]]:
    """Neighbours of rows of a part of a table; unlike a nested function it can be pickled."""
    return neighbours(places[rows])


def _plain(value: Any) -> Any:
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and np.isnan(plain) else plain
