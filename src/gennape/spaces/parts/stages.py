"""Architectures that are a list of stages: their text, depths, samples and neighbours.

A line such as `k3e4-k5e6/k7e3` holds two stages, the first of two blocks. Where depth is
elastic, blocks come and go at the end of a stage.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

from gennape.spaces.base import ArchitectureError

Value = TypeVar("Value")

NUMBER = r"\d{1,3}"
"""Regular expression of a number in a line."""


def some(item: str, separator: str) -> str:
    """Build the regular expression of one or more items with a separator between them."""
    return f"{item}(?:{separator}{item})*"


def split_stages(text: str, line: str, family: str, example: str) -> list[str]:
    """Split a line into its stages.

    Args:
        text: The line.
        line: Regular expression of such lines.
        family: The family's name for people.
        example: Example of a line and the meaning of its letters.

    Raises:
        ArchitectureError: The line does not match; shows the example.
    """
    if not re.fullmatch(line, text.strip(), re.ASCII):
        raise ArchitectureError(f"{text!r} is no {family} architecture; one looks like {example}")
    return text.strip().split("/")


def numbers(text: str) -> list[int]:
    """Read the numbers in a part of a line, from left to right."""
    return [int(digits) for digits in re.findall(NUMBER, text)]


def one_changed(
    values: Sequence[Value], options: Sequence[Sequence[Value]]
) -> Iterator[tuple[Value, ...]]:
    """Iterate over the copies of `values` with another of its options at one position."""
    for position, (value, others) in enumerate(zip(values, options, strict=True)):
        for other in others:
            if other != value:
                yield (*values[:position], other, *values[position + 1 :])


def one_more_or_less(
    blocks: tuple[Value, ...], choices: Sequence[Value], depths: Sequence[int]
) -> Iterator[tuple[Value, ...]]:
    """Iterate over the blocks without the last one and with one more, where depth allows."""
    if len(blocks) > min(depths):
        yield blocks[:-1]
    if len(blocks) < max(depths):
        yield from ((*blocks, block) for block in choices)


def sample_blocks(
    choices: Sequence[Value], depths: Sequence[int], rng: np.random.Generator
) -> tuple[Value, ...]:
    """Draw the blocks of a stage: every depth and every block equally often."""
    depth = int(rng.choice(depths))
    return tuple(choices[i] for i in rng.integers(len(choices), size=depth))


def check_depths(family: str, blocks: Sequence[int], depths: Sequence[Sequence[int]]) -> None:
    """Check the number of stages and of blocks in each.

    Args:
        family: The family's name for people.
        blocks: Number of blocks of each stage.
        depths: Numbers that each may have.

    Raises:
        ArchitectureError: There is another number of stages, or of blocks in one.
    """
    if len(blocks) != len(depths):
        raise ArchitectureError(f"{family} has {len(depths)} stages, not {len(blocks)}")
    for stage, (count, allowed) in enumerate(zip(blocks, depths, strict=True), 1):
        if count not in allowed:
            raise ArchitectureError(
                f"stage {stage} of {family} has {' or '.join(map(str, allowed))} blocks, "
                f"not {count}"
            )
