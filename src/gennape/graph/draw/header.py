"""Title and legend of a picture."""

from collections.abc import Iterator, Sequence

from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.draw.blocks import DrawnBlock
from gennape.graph.draw.frames import sign
from gennape.graph.draw.labels import CATEGORY_COLOURS
from gennape.graph.draw.scene import Rectangle, Text
from gennape.graph.draw.sizes import CHARACTER, COST_COLOUR, MARGIN, OUTLINE


def title(graph: ComputationGraph) -> Iterator[Text]:
    """The name, and what the network costs."""
    yield Text(MARGIN, MARGIN + 14, graph.name or "computation graph", 17, bold=True)
    facts = (
        f"{graph.macs:,} MACs · {graph.parameters:,} parameters · "
        f"{graph.num_nodes:,} nodes · {graph.num_edges:,} edges · "
        "read from top to bottom, then column by column"
    )
    yield Text(MARGIN, MARGIN + 34, facts, 12, OUTLINE)


def legend(blocks: Sequence[DrawnBlock], repeats: bool) -> Iterator[Rectangle | Text]:
    """The colours that occur, and what else is drawn."""
    present = {block.category for block in blocks}
    x, y = MARGIN, MARGIN + 46
    for category, colour in CATEGORY_COLOURS.items():
        if category in present:
            yield Rectangle(x, y, 14, 12, colour, OUTLINE, radius=3)
            yield Text(x + 19, y + 10, category, 11)
            x += 19 + CHARACTER * 11 * len(category) + 14
    yield Rectangle(x, y + 5, 14, 2.5, COST_COLOUR)
    share = "share of MACs, of the costliest box"
    yield Text(x + 19, y + 10, share, 11)
    if repeats:
        x += 19 + CHARACTER * 11 * len(share) + 40
        yield from sign("× n", x, y - 1)
        yield Text(x + 5, y + 10, "stands there n times, one after another", 11)


def right_end(shape: Rectangle | Text) -> float:
    """Where a shape of the header ends."""
    if isinstance(shape, Text):
        return shape.x + CHARACTER * shape.size * len(shape.content)
    return shape.x + shape.width
