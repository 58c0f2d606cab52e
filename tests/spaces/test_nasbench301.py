from collections.abc import Callable

import numpy as np
import pytest

from gennape import spaces
from gennape.graph import Op
from gennape.spaces import ArchitectureError, NASBench301
from gennape.spaces.nasbench301 import CellEdge, NASBench301Architecture

SPACE = spaces.get("nasbench301")

# The best cells of DARTS, second order, as its public code writes them.
DARTS_V2 = SPACE.from_genotype(
    normal=[
        ("sep_conv_3x3", 0),
        ("sep_conv_3x3", 1),
        ("sep_conv_3x3", 0),
        ("sep_conv_3x3", 1),
        ("sep_conv_3x3", 1),
        ("skip_connect", 0),
        ("skip_connect", 0),
        ("dil_conv_3x3", 2),
    ],
    reduce=[
        ("max_pool_3x3", 0),
        ("max_pool_3x3", 1),
        ("skip_connect", 2),
        ("max_pool_3x3", 1),
        ("max_pool_3x3", 0),
        ("skip_connect", 2),
        ("skip_connect", 2),
        ("max_pool_3x3", 1),
    ],
)
DARTS_V2_TEXT = (
    "sep3.0+sep3.1-sep3.0+sep3.1-skip.0+sep3.1-skip.0+dil3.2/"
    "max.0+max.1-max.1+skip.2-max.0+skip.2-max.1+skip.2"
)


def _by_hand(layers: int, channels: int) -> tuple[int, int]:
    """Parameters and MACs of DARTS_V2, cell by cell.

    A normal cell has five separable convolutions, each twice, and one dilated convolution:
    eleven times a depthwise 3x3 and a 1x1 convolution with batch norm. A reduction cell has
    no weights but those that fit its inputs: its skips are identities.
    """
    before, last, positions = 3 * channels, 3 * channels, 32 * 32
    parameters = 27 * last + 2 * last
    macs = 27 * last * positions
    for layer in range(layers):
        reduces = layer in (layers // 3, 2 * layers // 3)
        channels *= 2 if reduces else 1
        fit = (before + last) * channels
        parameters += fit + 4 * channels
        macs += fit * positions
        if reduces:
            positions //= 4
        else:
            pair = 9 * channels + channels**2
            parameters += 11 * (pair + 2 * channels)
            macs += 11 * pair * positions
        before, last = last, 4 * channels
    return parameters + 10 * last + 10, macs + 10 * last


@pytest.mark.parametrize(("layers", "channels"), [(20, 36), (20, 16), (8, 32)])
def test_costs_by_hand(layers: int, channels: int) -> None:
    graph = NASBench301(layers=layers, channels=channels).graph(DARTS_V2)
    assert (graph.parameters, graph.macs) == _by_hand(layers, channels)


def test_published_costs_of_darts() -> None:
    """The paper's 3.3 M parameters; its code prints 3.349342 MB for DARTS_V2."""
    graph = NASBench301(layers=20, channels=36).graph(DARTS_V2)
    assert graph.parameters == 3_349_342
    assert graph.macs == 528_359_040


def test_the_labelled_networks_have_8_cells_of_32_channels() -> None:
    graph = SPACE.graph(DARTS_V2)
    assert (graph.parameters, graph.macs) == (919_722, 159_765_504)
    stem = graph.output_shape[graph.operations == Op.CONV][0]
    assert stem.tolist() == [3 * 32, 32, 32]
    assert graph.input_shape[graph.operations == Op.LINEAR].tolist() == [[512, 1, 1]]


def test_reductions_are_at_one_and_two_thirds() -> None:
    graph = NASBench301(layers=9, channels=4).graph(DARTS_V2)
    pools = (graph.operations == Op.MAX_POOL) & (graph.stride[:, 0] == 2)
    # The reduction cell has five max pools, all on its inputs.
    assert graph.input_shape[pools].tolist() == [[8, 32, 32]] * 5 + [[16, 16, 16]] * 5


def _alone(operation: str) -> list[int]:
    """Parameters of one operation on the first input: of normal and of reduction cells."""
    others = [("avg_pool_3x3", 0), ("avg_pool_3x3", 1)] * 4
    space = NASBench301(layers=3, channels=8)
    cell = [(operation, 0), *others[1:]]
    reduces = space.graph(space.from_genotype(normal=others, reduce=cell)).parameters
    keeps = space.graph(space.from_genotype(normal=cell, reduce=others)).parameters
    plain = space.graph(space.from_genotype(normal=others, reduce=others)).parameters
    return [keeps - plain, reduces - plain]


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("max_pool_3x3", lambda c, stride: 0),
        ("skip_connect", lambda c, stride: 0 if stride == 1 else c * c + 2 * c),
        ("sep_conv_3x3", lambda c, stride: 2 * (9 * c + c * c + 2 * c)),
        ("sep_conv_5x5", lambda c, stride: 2 * (25 * c + c * c + 2 * c)),
        ("dil_conv_3x3", lambda c, stride: 9 * c + c * c + 2 * c),
        ("dil_conv_5x5", lambda c, stride: 25 * c + c * c + 2 * c),
    ],
)
def test_operations_by_hand(operation: str, parameters: Callable[[int, int], int]) -> None:
    """Of three layers the first is a normal cell of 8 channels, the others reduce to 16, 32."""
    expected = [parameters(8, 1), parameters(16, 2) + parameters(32, 2)]
    assert _alone(operation) == expected


def test_average_pooling_leaves_padding_out() -> None:
    cell = [("avg_pool_3x3", 0), ("avg_pool_3x3", 1)] * 4
    graph = SPACE.graph(SPACE.from_genotype(cell, cell))
    pools = np.flatnonzero(graph.operations == Op.AVG_POOL)
    assert len(pools) == 8 * 8
    assert all(graph.details[node] == {"count_include_pad": False} for node in pools.tolist())


def test_dilated_convolutions_keep_the_size() -> None:
    graph = SPACE.graph(DARTS_V2)
    dilated = graph.dilation[:, 0] == 2
    assert dilated.sum() == 6  # one in each normal cell
    assert (graph.input_shape[dilated] == graph.output_shape[dilated]).all()


@pytest.mark.parametrize("resolution", [30, 33])
def test_odd_sizes_are_rounded_up(resolution: int) -> None:
    space = spaces.get("nasbench301", resolution=resolution)
    graph = space.graph(space.sample(np.random.default_rng(0)))
    last = graph.input_shape[graph.operations == Op.GLOBAL_AVG_POOL]
    half = (resolution + 1) // 2
    assert last.tolist() == [[512, (half + 1) // 2, (half + 1) // 2]]


def test_a_readable_line() -> None:
    assert SPACE.format(DARTS_V2) == DARTS_V2_TEXT
    assert SPACE.parse(DARTS_V2_TEXT) == DARTS_V2
    assert DARTS_V2.normal[3] == (CellEdge("skip_connect", 0), CellEdge("dil_conv_3x3", 2))


def test_edges_of_a_step_may_come_in_either_order() -> None:
    assert SPACE.parse(DARTS_V2_TEXT.replace("skip.0+dil3.2", "dil3.2+skip.0")) == DARTS_V2


def test_size_and_neighbours_by_hand() -> None:
    # A step has 1, 3, 6 or 10 pairs of sources and two of seven operations.
    assert SPACE.size == (1 * 3 * 6 * 10 * 7**8) ** 2
    # Of each cell: 8 edges with 6 other operations, and 2 * (0 + 1 + 2 + 3) other sources.
    neighbours = SPACE.neighbours(DARTS_V2)
    assert len(neighbours) == 2 * (8 * 6 + 2 * 6)
    texts = {SPACE.format(other) for other in neighbours}
    assert DARTS_V2_TEXT.replace("dil3.2/", "dil5.2/") in texts
    assert DARTS_V2_TEXT.replace("skip.0+dil3.2/", "dil3.2+skip.4/") in texts


def test_samples_use_every_source_and_operation() -> None:
    rng = np.random.default_rng(0)
    steps = [step for _ in range(200) for step in SPACE.sample(rng).normal]
    edges = {edge for step in steps[3::4] for edge in step}
    assert len(edges) == 7 * 5  # the last step has five sources


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (("sep3.0+sep3.1-", "sep3.0+sep3.2-"), "sources of step 0 of the normal cell are 0 to 1"),
        (("dil3.2/", "dil3.5/"), "sources of step 3 of the normal cell are 0 to 4, not 5"),
        (("max.0+max.1-", "max.1+max.1-"), "step 0 of the reduction cell reads two different"),
        (("sep3.0", "sep7.0"), "is no NAS-Bench-301 architecture; one looks like sep3"),
        (("/", "-"), "is no NAS-Bench-301 architecture"),
    ],
)
def test_lines_outside_the_family(changed: tuple[str, str], reason: str) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        SPACE.parse(DARTS_V2_TEXT.replace(*changed, 1))


def test_genotypes_outside_the_family() -> None:
    edges = [edge for step in DARTS_V2.normal for edge in step]
    with pytest.raises(ArchitectureError, match="a cell has 8 edges, not 7"):
        SPACE.from_genotype(edges, edges[:-1])
    with pytest.raises(ArchitectureError, match="'none' is no NAS-Bench-301 operation; they are"):
        SPACE.from_genotype([("none", 0), *edges[1:]], edges)
    with pytest.raises(ArchitectureError, match="a reduction cell has 4 steps, not 3"):
        NASBench301Architecture(DARTS_V2.normal, DARTS_V2.reduce[:3])
    swapped = (DARTS_V2.normal[0][::-1], *DARTS_V2.normal[1:])
    with pytest.raises(ArchitectureError, match="the earlier one first, not 1 and 0"):
        NASBench301Architecture(swapped, DARTS_V2.reduce)
