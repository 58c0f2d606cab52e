"""Reports as one HTML page that needs nothing else: drawings and style are part of it."""

from base64 import b64encode
from html import escape

from gennape.reports.document import (
    Block,
    Code,
    Document,
    Entry,
    Figure,
    Folded,
    Gallery,
    Heading,
    Paragraph,
    Table,
)

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
.numbers th, .numbers td { text-align: right; white-space: nowrap; }
.numbers th { white-space: normal; min-width: 5.2rem; }
.numbers th:first-child, .numbers td:first-child { text-align: left; min-width: 8rem;
  white-space: normal; position: sticky; left: 0; background: #fff; }
thead th { color: var(--soft); font-weight: 600; }
tbody tr:last-child td { border-bottom: 0; }
.good { background: var(--good); }
.bad { background: var(--bad); }
figure { margin: 1rem 0; }
figure img { max-width: 100%; height: auto; display: block; margin: 0 auto; }
figcaption { color: var(--soft); font-size: .88rem; max-width: 48rem; margin-top: .4rem; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr));
  gap: .6rem; }
summary { cursor: pointer; font-weight: 600; margin: .8rem 0 .3rem; }
"""


def to_html(document: Document) -> str:
    """The report as a page."""
    title = next(block.text for block in document if isinstance(block, Heading))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + _blocks(document)
        + "\n</body>\n</html>\n"
    )


def _blocks(blocks: Document) -> str:
    return "\n".join(map(_block, blocks))


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
        case Paragraph():
            return f"<p>{escape(block.text)}</p>"
        case Code():
            return f"<pre><code>{escape(block.text)}</code></pre>"
        case Table():
            return _table(block)
        case Figure():
            return f"<figure>{_image(block)}{_caption(block.caption)}</figure>"
        case Gallery():
            images = "".join(map(_image, block.figures))
            return f'<figure><div class="gallery">{images}</div>{_caption(block.caption)}</figure>'
        case Folded():
            return (
                f"<details><summary>{escape(block.title)}</summary>\n"
                f"{_blocks(block.blocks)}\n</details>"
            )


def _caption(text: str) -> str:
    return f"<figcaption>{escape(text)}</figcaption>" if text else ""


def _image(figure: Figure) -> str:
    # An image of its own, not part of the page: names inside of two drawings may be the same.
    data = b64encode(figure.svg.encode()).decode()
    return f'<img alt="{escape(figure.caption)}" src="data:image/svg+xml;base64,{data}">'


def _table(table: Table) -> str:
    headings = "".join(f"<th>{escape(heading)}</th>" for heading in table.headings)
    head = f"<thead><tr>{headings}</tr></thead>\n" if any(table.headings) else ""
    rows = "\n".join("<tr>" + "".join(map(_entry, row)) + "</tr>" for row in table.rows)
    kind = ' class="numbers"' if table.numbers else ""
    return f'<div class="wide"><table{kind}>{head}<tbody>\n{rows}\n</tbody></table></div>'


def _entry(entry: Entry) -> str:
    text = escape(entry.text)
    tone = f' class="{entry.tone}"' if entry.tone else ""
    return f"<td{tone}>{f'<b>{text}</b>' if entry.strong else text}</td>"
