"""A report on disk: Markdown with its drawings, and one HTML page."""

from pathlib import Path

from gennape.reports.document import Document, Figure, Gallery
from gennape.reports.html import to_html
from gennape.reports.markdown import PLOTS, to_markdown
from gennape.utils.files import atomic_write

MARKDOWN, PAGE = "report.md", "report.html"


def write_report(report: Document, folder: Path) -> None:
    """Write `report.md`, `plots/*.svg` and `report.html`."""
    _write(folder / MARKDOWN, to_markdown(report))
    _write(folder / PAGE, to_html(report))
    for block in report:
        match block:
            case Figure():
                _write(folder / PLOTS / f"{block.name}.svg", block.svg)
            case Gallery():
                for figure in block.figures:
                    _write(folder / PLOTS / f"{figure.name}.svg", figure.svg)


def _write(path: Path, text: str) -> None:
    atomic_write(path, lambda partial: partial.write_text(text, encoding="utf-8"))
