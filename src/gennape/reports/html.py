"""Reports as one HTML page that needs nothing else: drawings and style are part of it."""

from base64 import b64encode
from collections.abc import Mapping

from gennape.reports.markup import Markup, tag
from gennape.reports.page import page

PLOTS = "plots"
"""Folder of the drawings, beside the report."""


def to_html(title: str, text: str, plots: Mapping[str, str]) -> str:
    """Render a report.

    Args:
        title: Title of the page, plain text.
        text: The report as Markdown, in which HTML is allowed.
        plots: Drawings as SVG, by name; images of the text whose address is
            `plots/NAME.svg` become part of the page.
    """
    from markdown_it import MarkdownIt  # a page is written when all else is done

    body = MarkdownIt("commonmark").enable("table").render(text)
    body = body.replace("<table>", '<div class="wide"><table class="sortable">').replace(
        "</table>", "</table></div>"
    )
    for name, svg in plots.items():
        # An image of its own, not part of the page: names inside of two drawings may be the same.
        data = b64encode(svg.encode()).decode()
        body = body.replace(f'src="{PLOTS}/{name}.svg"', f'src="data:image/svg+xml;base64,{data}"')
    brand = tag("p", "gennape report", class_="brand")
    return page(title, tag("main", brand, Markup(body)))
