import re

from gennape.reports.html import to_html
from gennape.reports.markdown import Figure, MarkdownReport, StyledCell

PLOT = Figure("dots", "<svg>dots</svg>", "Some <dots>.")


def _page(report: MarkdownReport) -> str:
    return to_html(report.title, report.to_markdown(), report.plots)


def test_the_page_needs_nothing_else() -> None:
    report = MarkdownReport("Title & more")
    report.figure(PLOT)
    report.gallery([PLOT, Figure("more", "<svg>more</svg>", "More")], "Side by side.")
    page = _page(report)
    assert "<title>Title &amp; more</title>" in page
    assert page.count('src="data:image/svg+xml;base64,') == 3
    assert not re.findall(r'(?:src|href)="(?!data:)', page)
    assert "http:" not in page and "https:" not in page
    assert "<dots>" not in page


def test_numbers_stand_at_the_right_and_tones_are_classes() -> None:
    report = MarkdownReport("Title")
    report.table(("", "x"), [("row", StyledCell("1.0", strong=True, tone="good"))])
    page = _page(report)
    assert '<td>row</td>\n<td style="text-align:right"><span class="good"><strong>1.0' in page
    assert (
        page.count('<div class="wide"><table class="sortable">')
        == page.count("</table></div>")
        == 1
    )


def test_folded_sections_hold_tables() -> None:
    report = MarkdownReport("Title")
    with report.folded("More & more"):
        report.table(("a", "b"), [("<i>", "2")], numbers=False)
    report.heading("After")
    folded = _page(report).partition("<details")[2].partition("</details>")[0]
    assert "<summary>More &amp; more</summary>" in folded
    assert "<td>&lt;i&gt;</td>\n<td>2</td>" in folded
