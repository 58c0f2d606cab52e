"""Operations in series: at least one convolution and at most one operation of support.

The Two-Path and Inception families are made of such series. Each family has its own
convolutions and operations of support.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gennape.graph import GraphBuilder
from gennape.spaces.base import ArchitectureError
from gennape.spaces.parts.stages import one_changed

Series = tuple[str, ...]
"""Names of operations, in order."""

AddOperation = Callable[[GraphBuilder, int, int, int], int]
"""Function that adds an operation: (builder, input, output channels, stride) -> output."""


@dataclass(frozen=True)
class Vocabulary:
    """The operations of a family by name.

    Attributes:
        family: The family's name for people.
        convolutions: Operations of which a series has at least one.
        support: Operations of which a series has at most one.
    """

    family: str
    convolutions: Mapping[str, AddOperation]
    support: Mapping[str, AddOperation]

    @cached_property
    def operations(self) -> Mapping[str, AddOperation]:
        """All operations of both kinds."""
        return {**self.convolutions, **self.support}

    def check(self, series: Series) -> None:
        """Check the operations of a series.

        Raises:
            ArchitectureError: One is unknown, or there are too few or too many of a kind.
        """
        for operation in series:
            if operation not in self.operations:
                raise ArchitectureError(
                    f"{operation!r} is no {self.family} operation; "
                    f"they are {', '.join(self.operations)}"
                )
        if not self._is_balanced(series):
            raise ArchitectureError(
                f"{'+'.join(series)!r} of {self.family} needs at least one of "
                f"{', '.join(self.convolutions)} and at most one of {', '.join(self.support)}"
            )

    def first_convolution(self, series: Series) -> int:
        """Find the position of the first convolution."""
        return next(i for i, operation in enumerate(series) if operation in self.convolutions)

    def sample(self, length: int, rng: np.random.Generator) -> Series:
        """Draw a random series.

        The first operation is a convolution, every other one any of the vocabulary until
        there is support, and a convolution from then on. Then they are shuffled.
        """
        convolutions, support = tuple(self.convolutions), tuple(self.support)
        series = [_choice(convolutions, rng)]
        for _ in range(length - 1):
            others = convolutions if set(series) & set(support) else convolutions + support
            series.append(_choice(others, rng))
        return tuple(series[i] for i in rng.permutation(length))

    def near(self, series: Series) -> Iterator[Series]:
        """Iterate over the series with one operation replaced, left out or put in, each once."""
        found = dict.fromkeys(one_changed(series, (tuple(self.operations),) * len(series)))
        for place in range(len(series)):
            found[series[:place] + series[place + 1 :]] = None
        for place in range(len(series) + 1):
            for operation in self.operations:
                found[(*series[:place], operation, *series[place:])] = None
        return filter(self._is_balanced, found)

    def count(self, length: int) -> int:
        """Count the series of some length."""
        convolutions, support = len(self.convolutions), len(self.support)
        if length == 1:
            return convolutions
        others: int = convolutions ** (length - 1)
        return (convolutions + length * support) * others

    def _is_balanced(self, series: Series) -> bool:
        support = sum(operation in self.support for operation in series)
        return support <= 1 and support < len(series)


def _choice(options: tuple[str, ...], rng: np.random.Generator) -> str:
    return options[rng.integers(len(options))]
