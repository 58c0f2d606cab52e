"""Networks for pages: ordinary ones, and those whose names a page must not take for its own."""

from gennape.graph import ComputationGraph, GraphBuilder, Op

UNREAD = "no-such-<script>network</script>"
NAME = "<script>alert(1)</script>&\"'.onnx"
"""Of a network, as somebody might call a file."""


def classifier(
    width: int = 16, blocks: int = 2, name: str = "", size: int = 64
) -> ComputationGraph:
    """A small residual network for images."""
    build = GraphBuilder()
    x = build.relu(build.batch_norm(build.conv(build.input((3, size, size)), width, kernel=3)))
    for _ in range(blocks):
        y = build.relu(build.batch_norm(build.conv(x, width, kernel=3)))
        x = build.relu(build.add(x, build.batch_norm(build.conv(y, width, kernel=3))))
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), 10))
    return build.build(name=name)


def incomplete() -> ComputationGraph:
    """A network of which not all work is known."""
    build = GraphBuilder()
    x = build.conv(build.input((3, 32, 32)), 8, kernel=3)
    x = build.add_node(Op.OTHER, (x,), (8, 32, 32), function="<b>odd</b>", lower_bound=True)
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), 10))
    return build.build(name="incomplete")
