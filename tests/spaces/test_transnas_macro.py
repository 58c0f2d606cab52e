from itertools import product

import pytest

from gennape import spaces
from gennape.graph import Op
from gennape.spaces import ArchitectureError
from gennape.spaces.transnas_macro import TransNASMacroArchitecture

SPACE = spaces.get("transnas_macro")
EXAMPLE = "64-1234-basic"  # of the benchmark's README
STEM_PARAMETERS = 27 * 32 + 2 * 32 + 9 * 32 * 64 + 2 * 64
STEM_MACS = 27 * 32 * 128**2 + 9 * 32 * 64 * 64**2


def test_the_benchmarks_own_string() -> None:
    network = SPACE.parse(EXAMPLE)
    assert network.modules == (1, 2, 3, 4)
    assert SPACE.format(network) == EXAMPLE


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        # Input and output channels, size of the output, whether the short cut has weights.
        (
            EXAMPLE,
            [(64, 64, 64, False), (64, 128, 64, True), (128, 128, 32, True), (128, 256, 16, True)],
        ),
        (
            "64-4111-basic",
            [(64, 128, 32, True)] + [(128, 128, 32, False)] * 3,
        ),
    ],
)
def test_costs_by_hand(text: str, modules: list[tuple[int, int, int, bool]]) -> None:
    parameters, macs = STEM_PARAMETERS, STEM_MACS
    for inputs, channels, size, changes in modules:
        weights = 9 * inputs * channels + 3 * 9 * channels**2
        short_cut = inputs * channels if changes else 0
        parameters += weights + short_cut + (5 if changes else 4) * 2 * channels
        macs += (weights + short_cut) * size**2
    graph = SPACE.graph(SPACE.parse(text))
    last = modules[-1][1]
    assert graph.parameters == parameters + last * 75 + 75
    assert graph.macs == macs + last * 75


def test_short_cuts_are_only_where_shapes_change() -> None:
    graph = SPACE.graph(SPACE.parse("64-1411-basic"))
    narrow = (graph.operations == Op.CONV) & (graph.kernel[:, 0] == 1)
    assert graph.input_shape[narrow].tolist() == [[64, 64, 64]]
    assert graph.output_shape[narrow].tolist() == [[128, 32, 32]]
    assert (graph.operations == Op.ADD).sum() == 2 * 4


def test_the_whole_family() -> None:
    networks = list(SPACE.enumerate())
    assert len(set(networks)) == len(networks) == SPACE.size == 3_256
    # Of n modules, 1 to 3 double and 1 to 4 halve: any subsets of those sizes.
    assert SPACE.size == 14 * 15 + 25 * 30 + 41 * 56
    counted = sum(
        1 <= sum(m in "24" for m in modules) <= 3 and 1 <= sum(m in "34" for m in modules) <= 4
        for depth in (4, 5, 6)
        for modules in product("1234", repeat=depth)
    )
    assert counted == 3_256


def test_neighbours_change_leave_out_or_put_in_a_module() -> None:
    neighbours = {SPACE.format(other) for other in SPACE.neighbours(SPACE.parse("64-41111-basic"))}
    changed = {"21111", "31111", "11111"} | {
        f"4{'1' * place}{module}{'1' * (3 - place)}" for place in range(4) for module in "234"
    }
    left_out = {"4111", "1111"}
    put_in = {f"{'41111'[:place]}{m}{'41111'[place:]}" for place in range(6) for m in "1234"}
    # Without any doubling or halving, or with only one of both, there is no such network.
    outside = {"21111", "31111", "11111", "1111"}
    assert neighbours == {f"64-{text}-basic" for text in (changed | left_out | put_in) - outside}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("64-123-basic", "have 4 to 6 modules of the codes 1 to 4, not 1, 2, 3"),
        ("64-1235-basic", "have 4 to 6 modules of the codes 1 to 4, not 1, 2, 3, 5"),
        ("64-1212-basic", r"not 2 and 0 times"),
        ("64-4444-basic", r"not 4 and 4 times"),
        ("64-1234-1_02_333", "no TransNAS-Bench-101 macro architecture; one looks like 64-1234"),
        ("32-1234-basic", "no TransNAS-Bench-101 macro architecture; one looks like 64-1234"),
    ],
)
def test_strings_outside_the_family(text: str, reason: str) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        SPACE.parse(text)


def test_modules_outside_the_family() -> None:
    with pytest.raises(ArchitectureError, match="4 to 6 modules"):
        TransNASMacroArchitecture((1, 4, 1, 4, 1, 1, 1))
