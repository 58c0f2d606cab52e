"""Tables as plain text that fit into a terminal, and as HTML for notebooks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from rich.cells import cell_len, get_character_cell_size

from gennape.utils.escaping import escaped
from gennape.utils.terminal import printable

_GAP = "  "
_BREAKS = "/:|_-+,"
_LEAST, _COMFORTABLE = 8, 20


@dataclass(frozen=True)
class TextColumn:
    """How one column is set.

    Attributes:
        heading: What stands above it.
        is_number: Whether it is set to the right.
        rank: Columns of the highest rank are left out first where a terminal is narrow; those
            of rank 0 never are.
        folds: Whether long cells go on in the next line.
    """

    heading: str
    is_number: bool = False
    rank: int = 0
    folds: bool = False


@dataclass
class TextTable:
    """A table; without headings it is a list of facts.

    Attributes:
        columns: In the order in which they are read.
        rows: A text for each column.
        indent: Columns of the terminal that are left free before each line.

    Examples:
        >>> table = TextTable([TextColumn("Model"), TextColumn("Top-1", is_number=True)])
        >>> table.add("resnet18", "71.3")
        >>> print(table.text())
        Model     Top-1
        ───────────────
        resnet18   71.3
    """

    columns: Sequence[TextColumn]
    rows: list[Sequence[str]] = field(default_factory=list)
    indent: int = 0

    def add(self, *cells: str) -> None:
        """Add a row."""
        self.rows.append(cells)

    def cells(self, column: int) -> list[str]:
        """Return the texts of a column."""
        return [row[column] for row in self.rows]

    def text(self, width: int | None = None, encoding: str | None = None) -> str:
        """Set the table: its headings, a line, its rows.

        Where it is too wide, columns are left out by their rank, so that the others fit whole.
        Where that cannot be, those that fold share half of the width at least, and their long
        cells go on in the next line.

        Args:
            width: Of the terminal; as wide as needed unless given.
            encoding: Of the terminal, which may know no such signs as `≥`.
        """
        room = None if width is None else width - self.indent
        table = self._printable(encoding)._fitting(room)
        widths = table._widths(room)
        lines = [line for row in table.rows for line in table._lines(row, widths)]
        if any(column.heading for column in table.columns):
            rule = printable("─", encoding) * _total(widths)
            headings = [column.heading for column in table.columns]
            lines = [*table._lines(headings, widths), rule, *lines]
        return "\n".join(" " * self.indent + line for line in lines)

    def html(self) -> str:
        """Set the table as HTML, as notebooks show it."""
        head = self._html_row("th", [column.heading for column in self.columns])
        body = "".join(self._html_row("td", row) for row in self.rows)
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"

    def _html_row(self, tag: str, cells: Sequence[str]) -> str:
        sides = ("right" if column.is_number else "left" for column in self.columns)
        inner = "".join(
            f'<{tag} style="text-align:{side}">{escaped(cell)}</{tag}>'
            for side, cell in zip(sides, cells, strict=True)
        )
        return f"<tr>{inner}</tr>"

    def _printable(self, encoding: str | None) -> "TextTable":
        columns = [
            replace(column, heading=printable(column.heading, encoding)) for column in self.columns
        ]
        rows: list[Sequence[str]] = [
            [printable(cell, encoding) for cell in row] for row in self.rows
        ]
        return TextTable(columns, rows)

    def _natural_widths(self) -> list[int]:
        """The columns of the terminal that the widest text of each column takes."""
        return [
            max(map(cell_len, (column.heading, *self.cells(place))))
            for place, column in enumerate(self.columns)
        ]

    def _fitting(self, width: int | None) -> "TextTable":
        """The table without columns that a width has no room for."""
        natural = self._natural_widths()
        shown = list(range(len(self.columns)))
        kept = [place for place in shown if self.columns[place].rank == 0]
        if width is not None and _total(natural[place] for place in kept) > width:
            natural = self._halved(natural, width)
        while width is not None and _total(natural[place] for place in shown) > width:
            last = max(shown, key=lambda place: self.columns[place].rank)
            if self.columns[last].rank == 0:
                break
            shown.remove(last)
        rows: list[Sequence[str]] = [[row[place] for place in shown] for row in self.rows]
        return TextTable([self.columns[place] for place in shown], rows)

    def _halved(self, natural: Sequence[int], width: int) -> list[int]:
        """Natural widths, where columns that fold share half of a width."""
        folding = sum(natural[i] for i, column in enumerate(self.columns) if column.folds)
        share = min(1.0, width / 2 / max(folding, 1))
        return [
            int(one * share) if column.folds else one
            for one, column in zip(natural, self.columns, strict=True)
        ]

    def _widths(self, width: int | None) -> list[int]:
        """The width of each column; those that fold give way, the last of them first."""
        widths = self._natural_widths()
        excess = 0 if width is None else max(_total(widths) - width, 0)
        folding = [place for place, column in enumerate(self.columns) if column.folds]
        for least in (_COMFORTABLE, _LEAST):
            for place in reversed(folding):
                given = min(excess, max(widths[place] - least, 0))
                widths[place] -= given
                excess -= given
        return widths

    def _lines(self, cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
        """One row as lines."""
        folded = [
            list(fold(cell, width)) if column.folds else [cell]
            for cell, column, width in zip(cells, self.columns, widths, strict=True)
        ]
        for parts in zip_longest(*folded, fillvalue=""):
            padded = (
                _padded(part, width, column.is_number)
                for part, column, width in zip(parts, self.columns, widths, strict=True)
            )
            yield _GAP.join(padded).rstrip()


def _total(widths: Iterable[int]) -> int:
    """What columns of some widths take together."""
    widths = list(widths)
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def fold(text: str, width: int) -> Iterator[str]:
    """Break a text into lines of a width, at a space or behind a sign where there is one.

    >>> list(fold("timm:convnextv2_base.fcmae_ft_in22k_in1k", 24))
    ['timm:convnextv2_', 'base.fcmae_ft_in22k_in1k']
    """
    while cell_len(text) > width:
        end = _room(text, width)
        last = text.rfind(" ", end // 2, end + 1)
        if last < 0:
            last = max(text.rfind(sign, end // 2, end) for sign in _BREAKS)
        end = min(last + 1, end) if last > 0 else end
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    yield text


def _room(text: str, width: int) -> int:
    """How many characters of a text fit into a width, at least one."""
    taken = 0
    for number, character in enumerate(text):
        taken += get_character_cell_size(character)
        if taken > width:
            return max(number, 1)
    return len(text)


def _padded(text: str, width: int, to_the_right: bool) -> str:
    space = " " * (width - cell_len(text))
    return space + text if to_the_right else text + space
