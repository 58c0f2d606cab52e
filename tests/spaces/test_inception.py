import pytest

from gennape import spaces
from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.spaces import ArchitectureError
from gennape.spaces.parts.inception_operations import VOCABULARY, changes_channels

SPACE = spaces.get("inception")
REST = "n2-c3=64/n2-c3=128/n2-c3=256"
SIMPLE = f"n2-c3=32/{REST}"


def _cost(convolutions: list[tuple[int, int, int, int]], norms: int = 0) -> tuple[int, int]:
    """Parameters and MACs of a whole network whose convolutions have a bias and a batch norm.

    A convolution is its kernel area, input (of one group) and output channels and number of
    outputs a channel; `norms` are the channels of other batch norms.
    """
    everything = [(27, 1, 32, 1024), *convolutions, (9, 256, 512, 16)]
    parameters = sum(area * i * o + 3 * o for area, i, o, _ in everything)
    macs = sum(area * i * o * positions for area, i, o, positions in everything)
    return parameters + 2 * norms + 512 * 10 + 10, macs + 512 * 10


LATER = [(9, 32, 64, 256), (9, 64, 64, 256), (9, 64, 128, 64), (9, 128, 128, 64)]
LATER += [(9, 128, 256, 16), (9, 256, 256, 16)]
"""The last three stages of the simplest network."""


def test_the_simplest_network_by_hand() -> None:
    graph = SPACE.graph(SPACE.parse(SIMPLE))
    assert (graph.parameters, graph.macs) == _cost([(9, 32, 32, 1024)] * 2 + LATER)
    assert graph.parameters == 2_369_802
    sums = graph.operations == Op.ADD
    assert graph.output_shape[sums].tolist() == [
        [32, 32, 32],
        [32, 32, 32],
        [64, 16, 16],
        [128, 8, 8],
        [256, 4, 4],
    ]
    assert graph.bias[graph.operations == Op.CONV].all()


def test_paths_of_the_least_width_are_projected_by_hand() -> None:
    """Three paths of 32 channels have 16 each, 48 in all: a projection back to 32."""
    graph = SPACE.graph(SPACE.parse(f"n2-c3+dw3=16-avg+s5=16-d1+c5=16i32/{REST}"))
    block = [(9, 32, 16, 1024), (9, 1, 16, 1024)]
    block += [(5, 32, 16, 1024), (5, 16, 16, 1024)]
    block += [(1, 32, 32, 1024), (1, 32, 32, 1024), (25, 32, 16, 1024)]
    block += [(1, 48, 32, 1024)]
    assert (graph.parameters, graph.macs) == _cost(block * 2 + LATER, norms=2 * 32)
    assert (graph.operations == Op.CONCAT).sum() == 2


def test_who_takes_channels_and_stride_by_hand() -> None:
    """The second stage: 32 channels to 64, of which three paths make 32, 16 and 16.

    A depthwise convolution that changes the channels has a bare 1x1 before it.
    """
    stages = "n2-c3=32/n2-c1+c3+c3=32i64-max+dw5+p3=16-c5+avg=16/" + REST.partition("/")[2]
    graph = SPACE.graph(SPACE.parse(stages))
    first = [(1, 32, 64, 1024), (9, 64, 64, 256), (9, 64, 32, 256)]
    first += [(25, 1, 16, 256), (3, 16, 8, 256), (3, 16, 8, 256), (25, 32, 16, 256)]
    second = [(1, 64, 64, 256), (9, 64, 64, 256), (9, 64, 32, 256)]
    second += [(25, 1, 16, 256), (3, 16, 8, 256), (3, 16, 8, 256), (25, 64, 16, 256)]
    before = [(9, 32, 32, 1024)] * 2
    parameters, macs = _cost(before + first + second + LATER[2:], norms=32 + 16 + 64 + 16)
    assert graph.parameters == parameters + 32 * 16 + 64 * 16
    assert graph.macs == macs + 32 * 16 * 1024 + 64 * 16 * 256
    assert (graph.operations == Op.ADD).sum() == 5  # none where the stride is 2


def _built(name: str, inputs: int, outputs: int, stride: int = 1) -> ComputationGraph:
    build = GraphBuilder()
    x = build.input((inputs, 6, 6))
    build.output(VOCABULARY.operations[name](build, x, outputs, stride))
    return build.build()


def _nodes(graph: ComputationGraph) -> str:
    return " ".join(Op(op).name.lower() for op in graph.operations[1:-1].tolist())


CBA, CB = "conv batch_norm relu6", "conv batch_norm"


@pytest.mark.parametrize(
    ("name", "nodes", "convolutions"),
    [
        ("c3", CBA, [(9, 8, 16, 9)]),
        ("c5", CBA, [(25, 8, 16, 9)]),
        ("s3", f"{CBA} {CBA}", [(3, 8, 16, 18), (3, 16, 16, 9)]),
        ("s5", f"{CBA} {CBA}", [(5, 8, 16, 18), (5, 16, 16, 9)]),
        ("p3", f"{CB} {CB} {CB} {CB} concat relu6", [(3, 8, 8, 18), (3, 8, 8, 9)] * 2),
        ("p5", f"{CB} {CB} {CB} {CB} concat relu6", [(5, 8, 8, 18), (5, 8, 8, 9)] * 2),
    ],
)
def test_strided_convolutions(
    name: str, nodes: str, convolutions: list[tuple[int, int, int, int]]
) -> None:
    """Split kernels halve one side first: from 36 positions to 18 to 9."""
    graph = _built(name, 8, 16, stride=2)
    assert _nodes(graph) == nodes
    assert graph.parameters == sum(area * i * o + 3 * o for area, i, o, _ in convolutions)
    assert graph.macs == sum(area * i * o * n for area, i, o, n in convolutions)
    assert graph.output_shape[-1].tolist() == [16, 3, 3]


@pytest.mark.parametrize(("name", "length"), [("p3", 3), ("p5", 5)])
def test_parallel_kernels_without_stride(name: str, length: int) -> None:
    graph = _built(name, 8, 10)
    assert _nodes(graph) == f"{CB} {CB} concat relu6"
    kernels = graph.kernel[graph.operations == Op.CONV].tolist()
    assert kernels == [[1, length], [length, 1]]
    assert graph.parameters == 2 * (length * 8 * 5 + 3 * 5)


@pytest.mark.parametrize(("name", "area"), [("dw3", 9), ("dw5", 25)])
def test_depthwise_convolutions(name: str, area: int) -> None:
    same, wider = _built(name, 8, 8, stride=2), _built(name, 8, 16, stride=2)
    assert (_nodes(same), _nodes(wider)) == (CBA, f"conv {CBA}")
    assert same.parameters == area * 8 + 3 * 8
    assert wider.parameters == 8 * 16 + area * 16 + 3 * 16
    assert wider.groups.tolist()[1:3] == [1, 16]
    assert wider.output_shape[1:3].tolist() == [[16, 6, 6], [16, 3, 3]]


@pytest.mark.parametrize(
    ("name", "nodes", "parameters"),
    [
        ("c1", CBA, 8 * 16 + 3 * 16),
        ("d1", f"{CBA} {CBA}", (8 * 16 + 3 * 16) + (16 * 16 + 3 * 16)),
    ],
)
def test_pointwise_support(name: str, nodes: str, parameters: int) -> None:
    graph = _built(name, 8, 16)
    assert (_nodes(graph), graph.parameters) == (nodes, parameters)


@pytest.mark.parametrize("name", ["avg", "max"])
def test_pools(name: str) -> None:
    graph = _built(name, 8, 8)
    assert (_nodes(graph), graph.parameters) == (f"{name}_pool batch_norm", 16)
    assert not changes_channels(name)


def test_the_vocabulary() -> None:
    assert [*VOCABULARY.convolutions] == ["c3", "c5", "s3", "s5", "p3", "p5", "dw3", "dw5"]
    assert [*VOCABULARY.support] == ["c1", "d1", "avg", "max"]
    assert sum(map(changes_channels, VOCABULARY.operations)) == 10


def test_neighbours_are_other_networks() -> None:
    architecture = SPACE.parse(SIMPLE)
    neighbours = SPACE.neighbours(architecture)
    assert len(neighbours) == 4 * (4 + 7 + 23 + 1)
    prints = {SPACE.graph(other).fingerprint for other in neighbours}
    assert SPACE.graph(architecture).fingerprint not in prints
    assert len(prints) == len(neighbours)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (REST, "Inception has 4 stages, not 3"),
        (f"n2-c3/{REST}", "is no Inception architecture; one looks like n2-c3=32/"),
        (f"c3=32/{REST}", "is no Inception architecture"),
        (f"n2-c3=32i/{REST}", "is no Inception architecture"),
        (f"n7-c3=32/{REST}", "has 2 to 6 blocks, not 7"),
        (f"n2-c3=64/{REST}", r"of 32 channels have \(32,\), not \(64,\)"),
        (f"n2-c3+c3=32i8/{REST}", "has 16 or 32 or 64 between its operations, not 8"),
        (f"n2-c9=32/{REST}", "'c9' is no Inception operation"),
    ],
)
def test_lines_of_no_network(text: str, reason: str) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        SPACE.parse(text)


def test_the_channels_inside_are_written_where_they_differ() -> None:
    for path in ("c3+c1=32", "c3+c1=32i16"):
        assert SPACE.format(SPACE.parse(f"n2-{path}/{REST}")).startswith(f"n2-{path}/")
    assert SPACE.format(SPACE.parse(f"n2-c3+c1=32i32/{REST}")) == f"n2-c3+c1=32/{REST}"
