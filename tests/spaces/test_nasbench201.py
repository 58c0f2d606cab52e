from collections.abc import Hashable

import numpy as np
import pytest

from gennape import spaces
from gennape.graph import Op
from gennape.spaces import ArchitectureError
from gennape.spaces.nasbench201 import NASBench201Architecture

SPACE = spaces.get("nasbench201")

# Outside the cells: stem, two reduction blocks of 3x3, 3x3 and 1x1, last norm, linear.
FIXED_PARAMETERS = (
    (27 * 16 + 32)
    + (9 * 16 * 32 + 64 + 9 * 32 * 32 + 64 + 16 * 32)
    + (9 * 32 * 64 + 128 + 9 * 64 * 64 + 128 + 32 * 64)
    + 128
    + (64 * 10 + 10)
)
FIXED_MACS = (
    27 * 16 * 1024
    + (9 * 16 * 32 + 9 * 32 * 32 + 16 * 32) * 256
    + (9 * 32 * 64 + 9 * 64 * 64 + 32 * 64) * 64
    + 640
)


def _convolutions(area: int, edges: int) -> tuple[int, int]:
    """Parameters and MACs of `edges` convolutions in each of the fifteen cells."""
    stages = ((16, 1024), (32, 256), (64, 64))
    parameters = sum(5 * edges * (area * c * c + 2 * c) for c, _ in stages)
    return parameters, sum(5 * edges * area * c * c * positions for c, positions in stages)


@pytest.mark.parametrize(
    ("operations", "parameters", "macs"),
    [
        (("nor_conv_3x3",) * 6, 1_531_546, 220_119_680),
        (("nor_conv_1x1",) * 6, 241_306, 31_376_000),
        (("skip_connect",) * 6, 73_306, 7_783_040),
        (("avg_pool_3x3",) * 6, 73_306, 7_783_040),
        # One 3x3 convolution adds 243,040 parameters and 35,389,440 MACs, one 1x1 convolution
        # 28,000 and 3,932,160.
        (("nor_conv_3x3",) + ("skip_connect",) * 5, 316_346, 43_172_480),
        (("none", "nor_conv_3x3", "nor_conv_1x1", *("avg_pool_3x3",) * 3), 344_346, 47_104_640),
        (("nor_conv_3x3", "nor_conv_1x1") * 3, 886_426, 125_747_840),
    ],
)
def test_costs_by_hand(operations: tuple[str, ...], parameters: int, macs: int) -> None:
    graph = SPACE.graph(NASBench201Architecture(operations))
    wide = _convolutions(9, operations.count("nor_conv_3x3"))
    narrow = _convolutions(1, operations.count("nor_conv_1x1"))
    assert graph.parameters == FIXED_PARAMETERS + wide[0] + narrow[0]
    assert graph.macs == FIXED_MACS + wide[1] + narrow[1]
    assert (graph.parameters, graph.macs) == (parameters, macs)


@pytest.mark.parametrize(
    ("classes", "resolution", "operation", "parameters", "flops"),
    [
        (10, 32, "skip_connect", 0.073306, 7.78305),
        (10, 32, "nor_conv_3x3", 1.531546, 220.11969),
        (100, 32, "skip_connect", 0.079156, 7.7889),
        (100, 32, "nor_conv_3x3", 1.537396, 220.12554),
        (120, 16, "skip_connect", 0.080456, 1.9534),
        (120, 16, "nor_conv_3x3", 1.538696, 55.03756),
    ],
)
def test_published_costs(
    classes: int, resolution: int, operation: str, parameters: float, flops: float
) -> None:
    """The smallest and the largest in the benchmark's file, in millions, for each data set.

    Its counter counts what we do, and one more for each bias of the linear layer.
    """
    space = spaces.get("nasbench201", classes=classes, resolution=resolution)
    graph = space.graph(NASBench201Architecture((operation,) * 6))
    assert graph.parameters == round(1e6 * parameters)
    assert graph.macs + classes == round(1e6 * flops)


def test_the_benchmarks_own_string() -> None:
    text = "|nor_conv_3x3~0|+|none~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_1x1~1|none~2|"
    cell = SPACE.parse(text)
    assert cell.operations == (
        "nor_conv_3x3",
        "none",
        "avg_pool_3x3",
        "skip_connect",
        "nor_conv_1x1",
        "none",
    )
    assert SPACE.format(cell) == text


def test_each_edge_has_its_place_in_the_cell() -> None:
    """The path 0-1-2-3 alone: three convolutions one after another in every cell."""
    names = {(0, 1), (1, 2), (2, 3)}
    edges = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
    operations = tuple("nor_conv_1x1" if edge in names else "none" for edge in edges)
    graph = SPACE.graph(NASBench201Architecture(operations))
    fixed = 1 + 2 * 3  # the stem; two reduction blocks of three
    assert (graph.operations == Op.CONV).sum() == fixed + 15 * 3
    assert (graph.operations == Op.ZERO).sum() == 15 * 3


def test_average_pooling_leaves_padding_out() -> None:
    graph = SPACE.graph(NASBench201Architecture(("avg_pool_3x3",) * 6))
    pools = np.flatnonzero(graph.kernel[:, 0] == 3)
    pools = [node for node in pools if graph.operations[node] == Op.AVG_POOL]
    assert len(pools) == 90
    assert all(graph.details[node] == {"count_include_pad": False} for node in pools)


def test_neighbours_change_one_edge() -> None:
    cell = NASBench201Architecture(("none",) * 6)
    neighbours = SPACE.neighbours(cell)
    assert len(neighbours) == 24
    assert all(
        sum(a != b for a, b in zip(cell.operations, other.operations, strict=True)) == 1
        for other in neighbours
    )


def test_the_whole_family() -> None:
    cells = list(SPACE.enumerate())
    assert len(set(cells)) == len(cells) == SPACE.size == 15_625


@pytest.mark.parametrize(
    ("operations", "reason"),
    [
        (("none",) * 5, "has 6 operations, not 5"),
        (("none",) * 5 + ("conv",), "'conv' is no NAS-Bench-201 operation; they are none, skip"),
    ],
)
def test_cells_outside_the_family(operations: tuple[str, ...], reason: str) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        NASBench201Architecture(operations)


def test_sources_in_another_order_are_refused() -> None:
    with pytest.raises(ArchitectureError, match="they look like"):
        SPACE.parse("|none~1|+|none~0|none~1|+|none~0|none~1|none~2|")


def test_equal_signatures_are_equal_networks_of_equal_cost() -> None:
    rng = np.random.default_rng(1)
    by_signature: dict[Hashable, list[NASBench201Architecture]] = {}
    for _ in range(400):
        architecture = SPACE.sample(rng)
        by_signature.setdefault(SPACE.signature(architecture), []).append(architecture)
    alike = [group for group in by_signature.values() if len(set(group)) > 1]
    assert len(alike) > 20
    for group in alike:
        graphs = [SPACE.graph(architecture) for architecture in group[:3]]
        assert len({(one.fingerprint, one.macs, one.parameters) for one in graphs}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # One convolution used twice, and two of them.
        (
            "|nor_conv_3x3~0|+|skip_connect~0|none~1|+|none~0|skip_connect~1|none~2|",
            "|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|none~0|skip_connect~1|none~2|",
        ),
        (
            "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|skip_connect~1|skip_connect~2|",
            "|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|none~0|skip_connect~1|skip_connect~2|",
        ),
        # The second has a convolution that nobody reads: one network, two costs.
        (
            "|none~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|",
            "|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|",
        ),
    ],
)
def test_signatures_of_what_differs_differ(one: str, other: str) -> None:
    assert SPACE.signature(SPACE.parse(one)) != SPACE.signature(SPACE.parse(other))
