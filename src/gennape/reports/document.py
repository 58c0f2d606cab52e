"""What a report consists of, in whatever format it is written."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the title."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """Plain text."""

    text: str


@dataclass(frozen=True)
class Code:
    """Something to be typed."""

    text: str


@dataclass(frozen=True)
class Entry:
    """One entry of a table.

    Attributes:
        text: What stands there.
        strong: Whether it stands out, as the best of its column.
        tone: "good" above the floor, "bad" below it.
    """

    text: str
    strong: bool = False
    tone: Literal["", "good", "bad"] = ""


@dataclass(frozen=True)
class Table:
    """A table; its first column names the rows.

    Attributes:
        headings: One a column.
        rows: As many entries each.
        numbers: Whether all columns but the first are numbers.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]
    numbers: bool = True


@dataclass(frozen=True)
class Figure:
    """A drawing.

    Attributes:
        name: Name of its file, without ending.
        svg: The drawing.
        caption: What it shows.
    """

    name: str
    svg: str
    caption: str


@dataclass(frozen=True)
class Gallery:
    """Small drawings side by side, with one caption."""

    figures: tuple[Figure, ...]
    caption: str


@dataclass(frozen=True)
class Folded:
    """Parts that a page shows when asked."""

    title: str
    blocks: tuple["Block", ...]


Block = Heading | Paragraph | Code | Table | Figure | Gallery | Folded
Document = tuple[Block, ...]
