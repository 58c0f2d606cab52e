"""Reports as Markdown; drawings are files beside it."""

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

PLOTS = "plots"
"""Folder of the drawings, beside the report."""

_FOLDED = """\
<details markdown="1">
<summary>{title}</summary>

{inside}
</details>"""


def to_markdown(document: Document) -> str:
    """The report as text."""
    return "\n\n".join(_block(block) for block in document) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading():
            return "#" * block.level + " " + block.text
        case Paragraph():
            return block.text
        case Code():
            return f"```bash\n{block.text}\n```"
        case Table():
            return _table(block)
        case Figure():
            return f"![{block.caption}]({PLOTS}/{block.name}.svg)\n\n{block.caption}"
        case Gallery():
            images = [f"![{figure.caption}]({PLOTS}/{figure.name}.svg)" for figure in block.figures]
            return "\n".join(images) + (f"\n\n{block.caption}" if block.caption else "")
        case Folded():
            inside = to_markdown(block.blocks)
            return _FOLDED.format(title=block.title, inside=inside)


def _table(table: Table) -> str:
    side = "---:" if table.numbers else "---"
    lines = [table.headings, ("---", *[side] * (len(table.headings) - 1))]
    lines += [tuple(map(_entry, row)) for row in table.rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _entry(entry: Entry) -> str:
    text = entry.text.replace("|", "\\|")
    return f"**{text}**" if entry.strong else text
