"""Reports: written once, as Markdown, and rendered from that as one HTML page."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape as escape_html
from pathlib import Path
from typing import Literal, NamedTuple

from gennape.reports.html import PLOTS, to_html
from gennape.utils.files import atomic_write

MARKDOWN, PAGE = "report.md", "report.html"

_SPECIAL = re.compile(r"[\\`*\[\]|~]|(?<![^\W_])_|_(?![^\W_])")
_BEGINS_HTML = re.compile(r"<(?=[A-Za-z/!?])|&(?=#?\w+;)")


class StyledCell(NamedTuple):
    """An entry of a table that stands out.

    Attributes:
        text: Plain text.
        strong: Whether it is bold, as the best of its column.
        tone: "good" above the baseline, "bad" below it.
    """

    text: str
    strong: bool = False
    tone: Literal["", "good", "bad"] = ""


class Figure(NamedTuple):
    """A drawing.

    Attributes:
        name: Name of its file, without ending and without spaces.
        svg: The drawing.
        caption: Plain text; what it shows.
    """

    name: str
    svg: str
    caption: str


class MarkdownReport:
    """A report that grows part by part; all text that it is given is plain text.

    Args:
        title: Its title.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self.plots: dict[str, str] = {}
        self._blocks: list[str] = []
        self.heading(title, level=1)

    def heading(self, text: str, level: int = 2) -> None:
        """Add a heading."""
        self._blocks.append("#" * level + " " + escape(text))

    def paragraph(self, text: str) -> None:
        """Add a paragraph."""
        self._blocks.append(escape(text))

    def command(self, text: str) -> None:
        """Add a command of the shell."""
        self._blocks.append(f"```bash\n{text}\n```")

    def table(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[str | StyledCell]],
        numbers: bool = True,
    ) -> None:
        """Add a table, whose first column names the rows.

        Args:
            headings: One a column.
            rows: As many entries each.
            numbers: Whether all columns but the first are numbers, and aligned to the right.
        """
        side = "---:" if numbers else "---"
        lines = [list(map(escape, headings)), ["---", *[side] * (len(headings) - 1)]]
        lines += [list(map(_cell, row)) for row in rows]
        self._blocks.append("\n".join("| " + " | ".join(line) + " |" for line in lines))

    def figure(self, figure: Figure) -> None:
        """Add a drawing with its caption."""
        self.gallery([figure], figure.caption)

    def gallery(self, figures: Sequence[Figure], caption: str = "") -> None:
        """Add small drawings side by side, with one caption."""
        self.plots |= {figure.name: figure.svg for figure in figures}
        images = [f"![{escape(one.caption)}]({PLOTS}/{one.name}.svg)" for one in figures]
        self._blocks.append("\n".join(images))
        if caption:
            self.paragraph(caption)

    @contextmanager
    def folded(self, title: str) -> Iterator[None]:
        """Add what the block of `with` adds as a section that readers unfold."""
        summary = f"<summary>{escape_html(title)}</summary>"
        self._blocks.append(f'<details markdown="1">\n{summary}')
        yield
        self._blocks.append("</details>")

    def to_markdown(self) -> str:
        """Return the report as Markdown; drawings are files beside it."""
        return "\n\n".join(self._blocks) + "\n"

    def write(self, folder: Path) -> Path:
        """Write `report.md`, `plots/*.svg` and `report.html`, and return the path of the page."""
        text = self.to_markdown()
        _write(folder / MARKDOWN, text)
        for name, svg in self.plots.items():
            _write(folder / PLOTS / f"{name}.svg", svg)
        _write(folder / PAGE, to_html(self.title, text, self.plots))
        return folder / PAGE


def escape(text: str) -> str:
    """Return Markdown that is read as the plain text `text`."""
    return _BEGINS_HTML.sub(lambda found: escape_html(found[0]), _SPECIAL.sub(r"\\\g<0>", text))


def _cell(entry: str | StyledCell) -> str:
    if isinstance(entry, str):
        return escape(entry)
    text = f"**{escape(entry.text)}**" if entry.strong else escape(entry.text)
    return f'<span class="{entry.tone}">{text}</span>' if entry.tone else text


def _write(path: Path, text: str) -> None:
    atomic_write(path, lambda partial: partial.write_text(text, encoding="utf-8"))
