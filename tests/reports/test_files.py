from pathlib import Path

from gennape.reports.document import (
    Code,
    Entry,
    Figure,
    Folded,
    Gallery,
    Heading,
    Paragraph,
    Table,
)
from gennape.reports.files import write_report

FIGURE = Figure("dots", "<svg>dots</svg>", "Some <dots>.")
REPORT = (
    Heading("Title & more", 1),
    Paragraph("a < b"),
    Code("gennape --help"),
    Table(("", "x|y"), ((Entry("row"), Entry("1.0", strong=True, tone="good")),)),
    Folded("More", (Paragraph("hidden"),)),
    FIGURE,
    Gallery((FIGURE,), "Side by side."),
)


def test_markdown_and_its_drawings(tmp_path: Path) -> None:
    write_report(REPORT, tmp_path)
    text = (tmp_path / "report.md").read_text()
    assert text.startswith("# Title & more\n\na < b\n\n```bash\ngennape --help\n```\n")
    assert "| --- | ---: |\n| row | **1.0** |" in text
    assert "<summary>More</summary>\n\nhidden\n\n</details>" in text
    assert "(plots/dots.svg)" in text
    assert (tmp_path / "plots" / "dots.svg").read_text() == FIGURE.svg


def test_the_page_needs_nothing_else(tmp_path: Path) -> None:
    write_report(REPORT, tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "<title>Title &amp; more</title>" in page
    assert '<td class="good"><b>1.0</b></td>' in page
    assert "<details><summary>More</summary>" in page
    assert page.count('src="data:image/svg+xml;base64,') == 2
    assert "http" not in page
    assert "<dots>" not in page
