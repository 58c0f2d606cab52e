"""Axes of charts: where a value lies, in percent of the axis, and where its ticks are."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, log10

from gennape.reports.numbers import with_unit

_MARGIN = 0.05
_SHORTEST = 1.0
"""Of an axis; in decades of a logarithmic one."""
_STEPS = (1, 2, 5)
_WANTED_TICKS = 6


@dataclass(frozen=True)
class Axis:
    """A linear or a logarithmic axis.

    Attributes:
        low: Its first value.
        high: Its last value.
        log: Whether it is logarithmic.
    """

    low: float
    high: float
    log: bool = False

    @classmethod
    def around(cls, values: Iterable[float], *, log: bool = False) -> "Axis":
        """Return an axis on which all values lie, a little off its ends; on a log axis above 0."""
        given = [log10(value) if log else value for value in values]
        low, high = min(given), max(given)
        margin = max(_MARGIN * (high - low), (_SHORTEST - (high - low)) / 2)
        low, high = low - margin, high + margin
        return cls(10**low, 10**high, True) if log else cls(low, high)

    def place(self, value: float) -> float:
        """Return where a value lies, 0 to 100; values outside lie at the ends."""
        low, high, value = map(self._scaled, (self.low, self.high, value))
        return round(100 * min(max((value - low) / (high - low), 0.0), 1.0), 2)

    def ticks(self) -> list[tuple[float, str]]:
        """Return places of round values, and the values as text."""
        values = self._log_ticks() if self.log else self._linear_ticks()
        write = _round_value if self.log else "{:g}".format
        return [(self.place(value), write(value)) for value in values]

    def _scaled(self, value: float) -> float:
        return log10(max(value, 1e-12)) if self.log else value

    def _log_ticks(self) -> list[float]:
        decades = range(floor(log10(self.low)), ceil(log10(self.high)))
        every = [step * 10.0**decade for decade in decades for step in _STEPS]
        inside = [value for value in every if self.low <= value <= self.high]
        powers = [value for value in inside if f"{value:e}".startswith("1")]
        return powers if len(inside) > 2 * _WANTED_TICKS else inside

    def _linear_ticks(self) -> list[float]:
        rough = (self.high - self.low) / _WANTED_TICKS
        decade = 10.0 ** floor(log10(rough))
        step = next(s * decade for s in (*_STEPS, 10) if s * decade >= rough)
        first, last = ceil(self.low / step), floor(self.high / step)
        return [round(number * step, 10) for number in range(first, last + 1)]


def _round_value(value: float) -> str:
    """`20 M` of 20 million."""
    return with_unit(value, figures=1)
