from html import escape as escape_html
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gennape.reports.markdown import Figure, MarkdownReport, StyledCell, escape

PLOT = Figure("dots", "<svg>dots</svg>", "Some <dots>.")


@pytest.fixture
def report() -> MarkdownReport:
    report = MarkdownReport("Title & more")
    report.paragraph("a < b")
    report.command("gennape --help")
    report.table(("", "x|y"), [("row", StyledCell("1.0", strong=True, tone="good"))])
    with report.folded("More"):
        report.paragraph("hidden")
    report.figure(PLOT)
    report.gallery([PLOT, PLOT], "Side by side.")
    return report


def test_markdown_and_its_drawings(report: MarkdownReport, tmp_path: Path) -> None:
    assert report.write(tmp_path) == tmp_path / "report.html"
    text = (tmp_path / "report.md").read_text()
    assert text.startswith("# Title & more\n\na < b\n\n```bash\ngennape --help\n```\n")
    assert '|  | x\\|y |\n| --- | ---: |\n| row | <span class="good">**1.0**</span> |' in text
    assert "<summary>More</summary>\n\nhidden\n\n</details>" in text
    assert text.count("(plots/dots.svg)") == 3
    assert (tmp_path / "plots" / "dots.svg").read_text() == PLOT.svg


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1))
def test_escaped_text_is_read_as_plain_text(text: str) -> None:
    """In an entry of a table, as the names of networks and the reasons of failures are."""
    report = MarkdownReport("Title")
    report.table(("heading",), [(text,)])
    page = MarkdownIt("commonmark").enable("table").render(report.to_markdown())
    assert f"<td>{escape_html(text, quote=False)}</td>" in page.replace("&quot;", '"')


@pytest.mark.parametrize(
    "text", ["max_nodes", "a < b", "R&D", "NDCG@10 (±0.1), 1e-4; 50 %", "a-b.c"]
)
def test_what_means_nothing_in_markdown_stays_as_it_is(text: str) -> None:
    assert escape(text) == text
