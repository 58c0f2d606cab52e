"""The network of NAS-Bench-101 around any cell; see `gennape.spaces.nasbench101`."""

from functools import partial

from gennape.graph import GraphBuilder, Op
from gennape.graph.templates import ChoiceBuilder
from gennape.spaces.parts.cell_enumeration import Edges
from gennape.spaces.parts.convolutions import conv_bn

OPERATIONS = ("conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3")

_STEM_CHANNELS = 128
_STACKS = 3
_CELLS_PER_STACK = 3


def write_network(build: ChoiceBuilder, resolution: int, classes: int, edges: Edges) -> None:
    """Write the whole network.

    Args:
        build: Builder of the network; the slot of a vertex is its number less one, and its choice
            an index into `OPERATIONS`.
        resolution: Height and width of its images.
        classes: Outputs of its classifier.
        edges: Of its cells.
    """
    x = build.input((3, resolution, resolution))
    x = conv_bn(build, x, _STEM_CHANNELS, kernel=3, activation=Op.RELU)
    for stack in range(_STACKS):
        if stack > 0:
            x = build.max_pool(x, kernel=2, stride=2)
        block = partial(_cell, build, channels=_STEM_CHANNELS << stack, edges=edges)
        x = build.repeat(block, block(x), _CELLS_PER_STACK - 1)
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), classes))


def _vertex_channels(inputs: int, outputs: int, edges: Edges) -> list[int]:
    """Return the channels of every vertex.

    The channels of the output are split over the vertices before it, of which the first ones take
    the remainder; the other vertices have the maximum of their successors.
    """
    last = edges[-1][1]
    feeding = [source for source, target in edges if target == last and source != 0]
    channels = [inputs] + [0] * (last - 1) + [outputs]
    for position, vertex in enumerate(feeding):
        share, remainder = divmod(outputs, len(feeding))
        channels[vertex] = share + (position < remainder)
    for vertex in range(last - 1, 0, -1):
        if vertex not in feeding:
            channels[vertex] = max(channels[target] for source, target in edges if source == vertex)
    return channels


def _cell(build: ChoiceBuilder, x: int, channels: int, edges: Edges) -> int:
    last = edges[-1][1]
    widths = _vertex_channels(build.shapes[x][0], channels, edges)
    results = [x]
    for vertex in range(1, last):
        results.append(_vertex(build, results, widths, vertex, edges))
    feeding = [source for source, target in edges if target == last and source != 0]
    if not feeding:
        return conv_bn(build, x, channels, activation=Op.RELU)
    joined = build.concat(*[results[vertex] for vertex in feeding])
    if (0, last) in edges:
        return build.add(joined, conv_bn(build, x, channels, activation=Op.RELU))
    return joined


def _vertex(
    build: ChoiceBuilder,
    results: list[int],
    widths: list[int],
    vertex: int,
    edges: Edges,
) -> int:
    """Add the operation of one vertex on the sum of its arguments."""
    width = widths[vertex]
    arguments = [
        results[source]
        if widths[source] == width
        else build.slice_channels(results[source], 0, width)
        for source, target in edges
        if target == vertex and source != 0
    ]
    if (0, vertex) in edges:
        arguments.append(conv_bn(build, results[0], width, activation=Op.RELU))
    return build.choose(build.add(*arguments), vertex - 1, partial(_operation, build))


def _operation(build: GraphBuilder, x: int, choice: int) -> int:
    """Add an operation of a vertex, which keeps the channels."""
    operation = OPERATIONS[choice]
    if operation == "maxpool3x3":
        return build.max_pool(x, kernel=3, stride=1, padding=1)
    return conv_bn(build, x, build.shapes[x][0], kernel=int(operation[4]), activation=Op.RELU)
