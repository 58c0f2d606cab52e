import pytest

from gennape import spaces
from gennape.graph import Op
from gennape.spaces import ArchitectureError
from gennape.spaces.transnas_micro import TransNASMicroArchitecture

SPACE = spaces.get("transnas_micro")
EXAMPLE = "64-41414-1_02_333"  # of the benchmark's README


def test_the_benchmarks_own_string() -> None:
    """Node 1 is a skip of node 0, node 2 a 1x1 convolution of node 1, node 3 reads all."""
    cell = SPACE.parse(EXAMPLE)
    assert cell.operations == (
        "skip_connect",
        "none",
        "nor_conv_1x1",
        "nor_conv_3x3",
        "nor_conv_3x3",
        "nor_conv_3x3",
    )
    assert SPACE.format(cell) == EXAMPLE
    assert SPACE.from_digits([1, 0, 2, 3, 3, 3]) == cell


STEM = 27 * 32 + 2 * 32 + 9 * 32 * 64 + 2 * 64


def test_costs_by_hand() -> None:
    parameters = STEM + 512 * 75 + 75
    macs = 27 * 32 * 128**2 + 9 * 32 * 64 * 64**2 + 512 * 75
    # The input of each cell, its output and the positions of its output: five modules of two.
    cells = (
        (64, 128, 32**2),
        (128, 128, 32**2),
        (128, 128, 32**2),
        (128, 128, 32**2),
        (128, 256, 16**2),
        (256, 256, 16**2),
        (256, 256, 16**2),
        (256, 256, 16**2),
        (256, 512, 8**2),
        (512, 512, 8**2),
    )
    for inputs, channels, positions in cells:
        skip = inputs * channels if inputs != channels else 0
        weights = channels**2 + 9 * inputs * channels + 2 * 9 * channels**2
        norms = 4 * 2 * channels + (2 * channels if skip else 0)
        parameters += weights + skip + norms
        macs += (weights + skip) * positions
    graph = SPACE.graph(SPACE.parse(EXAMPLE))
    assert (graph.parameters, graph.macs) == (parameters, macs)


def test_all_skips_by_hand() -> None:
    """Only the cells that reduce have weights: three skips from their input, norms with them."""
    graph = SPACE.graph(SPACE.parse("64-41414-1_11_111"))
    reductions = ((64, 128), (128, 256), (256, 512))
    skips = sum(3 * (inputs * channels + 2 * channels) for inputs, channels in reductions)
    assert graph.parameters == STEM + skips + 512 * 75 + 75
    assert (graph.operations == Op.CONV).sum() == 2 + 3 * 3 * 2


@pytest.mark.parametrize(("classes", "linear"), [(75, 512 * 75 + 75), (47, 512 * 47 + 47)])
def test_heads_of_both_classification_tasks(classes: int, linear: int) -> None:
    space = spaces.get("transnas_micro", classes=classes)
    graph = space.graph(space.parse(EXAMPLE))
    assert graph.node_parameters[graph.operations == Op.LINEAR].tolist() == [linear]
    assert graph.output_shape[0].tolist() == [3, 256, 256]


def test_the_whole_family() -> None:
    cells = list(SPACE.enumerate())
    assert len(set(cells)) == len(cells) == SPACE.size == 4_096
    assert len(SPACE.neighbours(cells[0])) == 6 * 3


@pytest.mark.parametrize(
    "text", ["64-41414-1_02_334", "64-41414-1_02_33", "16-41414-1_02_333", "64-41414-10_2_333"]
)
def test_strings_outside_the_family(text: str) -> None:
    with pytest.raises(ArchitectureError, match="no TransNAS-Bench-101 micro architecture; one"):
        SPACE.parse(text)


def test_cells_outside_the_family() -> None:
    with pytest.raises(ArchitectureError, match=r"cell has 6 operations, not 5"):
        SPACE.from_digits([0, 1, 2, 3, 0])
    with pytest.raises(ArchitectureError, match=r"micro are 0 to 3, not 4"):
        SPACE.from_digits([0, 1, 2, 3, 0, 4])
    with pytest.raises(ArchitectureError, match="'avg_pool_3x3' is no TransNAS-Bench-101 micro"):
        TransNASMicroArchitecture(("avg_pool_3x3",) * 6)
