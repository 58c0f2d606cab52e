"""Reports as one HTML page that needs nothing else: drawings and style are part of it."""

from base64 import b64encode
from collections.abc import Mapping
from html import escape

PLOTS = "plots"
"""Folder of the drawings, beside the report."""

_STYLE = """
:root { --ink: #1c2733; --soft: #5b6b7b; --line: #dde3e9; --good: #dff3e4; --bad: #fbe3e0; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 76rem; color: var(--ink);
  background: #fff; font: 16px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
h1 { font-size: 1.9rem; margin: 0 0 .4rem; line-height: 1.2; }
h2 { font-size: 1.35rem; margin: 2.6rem 0 .6rem; padding-top: .8rem;
  border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
p { max-width: 48rem; margin: .5rem 0; }
pre { background: #f4f6f8; padding: .7rem .9rem; overflow-x: auto; border-radius: 6px; }
.wide { overflow-x: auto; margin: .8rem 0; width: fit-content; max-width: 100%;
  border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; font-size: .82rem;
  font-variant-numeric: tabular-nums; }
th, td { padding: .32rem .6rem; text-align: left; border-bottom: 1px solid var(--line);
  vertical-align: bottom; }
td[style] { white-space: nowrap; }
th[style] { min-width: 5.2rem; }
table:has(th[style]) :is(th, td):first-child { min-width: 8rem; position: sticky; left: 0;
  background: #fff; }
thead th { color: var(--soft); font-weight: 600; }
thead:not(:has(th:not(:empty))) { display: none; }
tbody tr:last-child td { border-bottom: 0; }
td:has(> .good) { background: var(--good); }
td:has(> .bad) { background: var(--bad); }
p:has(> img) { max-width: none; margin: 1rem 0 0; }
p:has(> img + img) { display: grid; gap: .6rem;
  grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
img { max-width: 100%; height: auto; display: block; margin: 0 auto; }
p:has(> img) + p:not(:has(> img)) { color: var(--soft); font-size: .88rem; margin: .4rem 0 1rem; }
summary { cursor: pointer; font-weight: 600; margin: .8rem 0 .3rem; }
"""


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
    body = body.replace("<table>", '<div class="wide"><table>').replace(
        "</table>", "</table></div>"
    )
    for name, svg in plots.items():
        # An image of its own, not part of the page: names inside of two drawings may be the same.
        data = b64encode(svg.encode()).decode()
        body = body.replace(f'src="{PLOTS}/{name}.svg"', f'src="data:image/svg+xml;base64,{data}"')
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{body}</body>\n</html>\n"
    )
