from collections import Counter
from collections.abc import Callable
from functools import reduce
from operator import add

import numpy as np
import pytest
import torch
from torch import nn

from gennape import spaces
from gennape.frontends import graph_of
from gennape.graph import GraphBuilder, Op
from gennape.spaces import ArchitectureError
from gennape.spaces.hiaml import BLOCKS, add_block

SPACE = spaces.get("hiaml")
CHANNELS = 8


def _cb(inputs: int, outputs: int, kernel: int | tuple[int, int], stride: int = 1) -> nn.Module:
    size = (kernel, kernel) if isinstance(kernel, int) else kernel
    padding = (size[0] // 2, size[1] // 2)
    conv = nn.Conv2d(inputs, outputs, size, stride, padding, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs))


def _cbr(inputs: int, outputs: int, kernel: int | tuple[int, int], stride: int = 1) -> nn.Module:
    return nn.Sequential(_cb(inputs, outputs, kernel, stride), nn.ReLU())


def _is(inputs: int, outputs: int, stride: int = 1) -> nn.Module:
    return nn.Sequential(_cbr(inputs, outputs, (1, 3), stride), _cbr(outputs, outputs, (3, 1)))


def _p(inputs: int, outputs: int, stride: int) -> nn.Module:
    return nn.Identity() if inputs == outputs else _cb(inputs, outputs, 1, stride)


class _Sum(nn.Module):
    """The sum of what some branches make of the same tensor."""

    def __init__(self, *branches: nn.Module) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return reduce(add, (branch(x) for branch in self.branches))


class _G30(nn.Module):
    def __init__(self, i: int, o: int, s: int) -> None:
        super().__init__()
        self.first, self.second, self.third = _is(i, o, s), _is(o, o), _cb(o, o, 1)
        self.p = _p(i, o, s)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        o1 = self.first(x)
        o2 = self.second(self.p(x) + o1)
        return o1 + self.third(o2)


class _R30(nn.Module):
    def __init__(self, i: int, o: int, s: int) -> None:
        super().__init__()
        self.first, self.second, self.third = _is(i, o, s), _cb(o, o, 1), _is(o, o)
        self.p, self.other_p = _p(i, o, s), _p(i, o, s)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        o1 = self.first(x)
        return self.other_p(x) + self.second(self.p(x) + o1) + self.third(o1)


class _T31(nn.Module):
    def __init__(self, i: int, o: int, s: int) -> None:
        super().__init__()
        self.first, self.second, self.third = _is(i, o, s), _cbr(o, o, 1), _is(o, o)
        self.p, self.other_p = _p(i, o, s), _p(i, o, s)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        o2 = self.second(self.first(x))
        return self.other_p(x) + o2 + self.third(self.p(x) + o2)


def _after(first: nn.Module, *others: nn.Module) -> nn.Module:
    """What `first` makes, plus what the others make of that, one after another."""
    return nn.Sequential(first, _Sum(nn.Identity(), nn.Sequential(*others)))


FORMULAS: dict[str, Callable[[int, int, int], nn.Module]] = {
    "a22": lambda i, o, s: _after(_cbr(i, o, 3, s), _cbr(o, o, 1), _cb(o, o, 1)),
    "z": lambda i, o, s: _after(_cbr(i, o, 3, s), _is(o, o)),
    "b23": lambda i, o, s: _Sum(_p(i, o, s), nn.Sequential(_is(i, o, s), _is(o, o))),
    "j30": lambda i, o, s: _Sum(_p(i, o, s), nn.Sequential(_cbr(i, o, 3, s), _is(o, o))),
    "g30": _G30,
    "r30": _R30,
    "l20": lambda i, o, s: nn.Sequential(_cbr(i, o, 3, s), _cb(o, o, 1)),
    "t20": lambda i, o, s: _Sum(_cb(i, o, 1, s), _is(i, o, s)),
    "t31": _T31,
    "src0": lambda i, o, s: _after(_cbr(i, o, 1, s), _cbr(o, o, 3), _cb(o, o, 3)),
    "src1": lambda i, o, s: _Sum(_cbr(i, o, 1, s), nn.Sequential(_cbr(i, i, 3), _cb(i, o, 3, s))),
    "src3": lambda i, o, s: _Sum(
        _cb(i, o, 1, s), nn.Sequential(_cbr(i, i, 1), _cbr(i, o, 3, s), _cb(o, o, 1))
    ),
    "src7": lambda i, o, s: _after(_cb(i, o, 1, s), _is(o, o), _is(o, o)),
    "src8": lambda i, o, s: _after(_cb(i, o, 1, s), _is(o, o), _cb(o, o, 1)),
}
"""The formulas of the family, from input and output channels and stride."""


@pytest.mark.parametrize("widens", [False, True])
@pytest.mark.parametrize("block", FORMULAS)
def test_a_block_is_its_formula(block: str, widens: bool) -> None:
    build = GraphBuilder()
    build.output(add_block(build, build.input((CHANNELS, 8, 8)), block, widens))
    ours = build.build()
    outputs, stride = (2 * CHANNELS, 2) if widens else (CHANNELS, 1)
    module = nn.Sequential(FORMULAS[block](CHANNELS, outputs, stride), nn.ReLU())
    theirs = graph_of(module, (CHANNELS, 8, 8))
    assert ours.output_shape[-1].tolist() == [outputs, 8 // stride, 8 // stride]
    assert ours.fingerprint == theirs.fingerprint
    assert (ours.macs, ours.parameters) == (theirs.macs, theirs.parameters)


def test_the_fourteen_blocks_are_fourteen_networks() -> None:
    assert set(BLOCKS) == set(FORMULAS)
    fingerprints = set()
    for block in BLOCKS:
        build = GraphBuilder()
        build.output(add_block(build, build.input((CHANNELS, 8, 8)), block, widens=False))
        fingerprints.add(build.build().fingerprint)
    assert len(fingerprints) == 14


def _cost(convolutions: list[tuple[int, int, int, int]]) -> tuple[int, int]:
    """Parameters and MACs of a network of convolutions, each with its batch norm.

    A convolution is its kernel area, input and output channels and output height.
    """
    everything = [(9, 3, 64, 16), *convolutions]
    parameters = sum(area * i * o + 2 * o for area, i, o, _ in everything)
    macs = sum(area * i * o * size**2 for area, i, o, size in everything)
    return parameters + 256 * 10 + 10, macs + 256 * 10


def test_l20_in_every_stage_by_hand() -> None:
    blocks = [(64, 64, 16)] * 2 + [(64, 128, 8)] + [(128, 128, 8)] * 3
    blocks += [(128, 256, 4), (256, 256, 4)]
    convolutions = []
    for inputs, outputs, size in blocks:
        convolutions += [(9, inputs, outputs, size), (1, outputs, outputs, size)]
    graph = SPACE.graph(SPACE.parse("l20-l20-l20-l20"))
    assert (graph.parameters, graph.macs) == _cost(convolutions)
    assert graph.parameters == 1_688_394


def test_projections_and_splits_by_hand() -> None:
    convolutions = [(3, 64, 64, 16)] * 4 + [(1, 64, 64, 16)] * 2  # t20 twice: 1x1 beside a split
    # t31, with two projections in its first block.
    convolutions += [(1, 64, 128, 8)] * 2 + [(3, 64, 128, 8)] + [(3, 128, 128, 8)] * 3
    convolutions += [(1, 128, 128, 8)] + [(3, 128, 128, 8)] * 4 + [(1, 128, 128, 8)]
    convolutions += ([(1, 128, 128, 8)] + [(9, 128, 128, 8)] * 2) * 2  # src0
    # g30, with one projection in its first block.
    convolutions += [(1, 128, 256, 4), (3, 128, 256, 4)] + [(3, 256, 256, 4)] * 3
    convolutions += [(1, 256, 256, 4)] + [(3, 256, 256, 4)] * 4 + [(1, 256, 256, 4)]
    graph = SPACE.graph(SPACE.parse("t20-t31-src0-g30"))
    assert (graph.parameters, graph.macs) == _cost(convolutions)


def test_narrow_convolutions_by_hand() -> None:
    """The first two convolutions of src1 and src3 are as wide as their input."""
    convolutions = ([(9, 64, 64, 16)] * 2 + [(1, 64, 64, 16)]) * 2  # src1
    convolutions += [(1, 64, 128, 8), (1, 64, 64, 16), (9, 64, 128, 8), (1, 128, 128, 8)]  # src3
    convolutions += [(1, 128, 128, 8)] * 3 + [(9, 128, 128, 8)]
    convolutions += ([(9, 128, 128, 8)] + [(1, 128, 128, 8)] * 2) * 2  # a22
    convolutions += [(1, 128, 256, 4), (9, 128, 128, 8), (9, 128, 256, 4)]  # src1
    convolutions += [(9, 256, 256, 4)] * 2 + [(1, 256, 256, 4)]
    graph = SPACE.graph(SPACE.parse("src1-src3-a22-src1"))
    assert (graph.parameters, graph.macs) == _cost(convolutions)


def test_only_plain_relus() -> None:
    graph = SPACE.graph(SPACE.parse("z-b23-t31-src8"))
    assert not (graph.operations == Op.RELU6).any()
    assert not graph.bias[graph.operations == Op.CONV].any()


def test_the_whole_family() -> None:
    architectures = list(SPACE.enumerate())
    assert len(set(architectures)) == len(architectures) == SPACE.size == 38_416


def test_blocks_are_sampled_equally_often() -> None:
    rng = np.random.default_rng(0)
    counts = Counter(block for _ in range(3_500) for block in SPACE.sample(rng).blocks)
    assert [counts[block] for block in BLOCKS] == pytest.approx([1_000] * 14, rel=0.12)


def test_neighbours_differ_in_one_stage() -> None:
    architecture = SPACE.parse("a22-src0-t31-z")
    neighbours = SPACE.neighbours(architecture)
    assert len(neighbours) == 4 * 13
    for other in neighbours:
        pairs = zip(architecture.blocks, other.blocks, strict=True)
        assert sum(a != b for a, b in pairs) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a22-src0-t31", "'a22-src0-t31' is no HiAML architecture; one looks like a22-src0-t31-z"),
        ("a22-src0-t31-z-z", "is no HiAML architecture"),
        ("a22-src0-t32-z", "'t32' is no HiAML block; they are a22, z, b23"),
        ("a22--t31-z", "'' is no HiAML block"),
    ],
)
def test_lines_of_no_network(text: str, reason: str) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        SPACE.parse(text)


def test_an_architecture_has_four_stages() -> None:
    with pytest.raises(ArchitectureError, match="HiAML has 4 stages, not 3"):
        type(SPACE.parse("z-z-z-z"))(("z",) * 3)
