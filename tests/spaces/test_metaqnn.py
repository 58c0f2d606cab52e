from functools import cache

import numpy as np
import pytest
from torch import nn

from gennape import spaces
from gennape.frontends import graph_of
from gennape.graph import Op
from gennape.spaces import ArchitectureError
from gennape.spaces.metaqnn import MetaQNNArchitecture

SPACE = spaces.get("metaqnn")
EXAMPLE = "c3x64-p3-c1x128-p5-c3x64-p2-fc256-fc128"
POOLS = {"p2": (2, 2), "p3": (3, 2), "p5": (5, 3)}


def test_the_same_network_in_pytorch() -> None:
    """Maps of 32, 15, 4 and 2 pixels: pools leave the last row and column out."""
    network = nn.Sequential(
        *(nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(64, 128, 1), nn.ReLU(), nn.MaxPool2d(5, 3)),
        *(nn.Conv2d(128, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, 2)),
        *(nn.Flatten(), nn.Linear(64 * 2 * 2, 256), nn.ReLU()),
        *(nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)),
    )
    graph = SPACE.graph(SPACE.parse(EXAMPLE))
    assert graph.fingerprint == graph_of(network, (3, 32, 32)).fingerprint


def test_costs_by_hand() -> None:
    graph = SPACE.graph(SPACE.parse("c5x64-c3x256-gap"))
    weights = [25 * 3 * 64, 9 * 64 * 256, 256 * 10]
    assert graph.parameters == sum(weights) + 64 + 256 + 10 + 10 * 10 + 10
    assert graph.macs == sum(weights) * 32**2 + 10 * 10
    assert not (graph.operations == Op.BATCH_NORM).any()


def test_the_classifier_may_read_a_whole_map() -> None:
    graph = SPACE.graph(SPACE.parse("c1x512"))
    assert graph.parameters == 3 * 512 + 512 + 512 * 32**2 * 10 + 10


def test_a_pool_larger_than_its_map_takes_all_of_it() -> None:
    small = spaces.get("metaqnn", resolution=8)
    graph = small.graph(small.parse("c1x64-p5-c1x64-p5"))
    assert graph.output_shape[graph.operations == Op.MAX_POOL, 1].tolist() == [2, 1]


@cache
def _count(size: int, depth: int, last: str, neurons: int, dense: int) -> int:
    """Chains that go on from here, counted by the rules of the paper's appendix B."""
    total = int(depth > 0)
    if depth == 18 or last == "gap":
        return total
    if dense:
        fewer = [n for n in (128, 256, 512) if n <= neurons] if dense < 2 else []
        return total + sum(_count(0, depth + 1, "fc", n, dense + 1) for n in fewer)
    kernels = 3 if size > 7 else 2 if size > 3 else 0
    total += 4 * kernels * _count(size, depth + 1, "conv", 0, 0) if kernels else 0
    if depth == 0:
        return total
    if size <= 7:
        total += sum(_count(0, depth + 1, "fc", n, 1) for n in (128, 256, 512))
    for kernel, stride in POOLS.values() if last == "conv" else ():
        if kernel < (8 if size > 7 else 4 if size > 3 else 1):
            total += _count((size - kernel) // stride + 1, depth + 1, "pool", 0, 0)
    return total + _count(1, depth + 1, "gap", 0, 0)


def test_how_many_chains_there_are() -> None:
    assert SPACE.size == _count(32, 0, "start", 0, 0)


def test_samples_are_of_all_lengths_and_ends() -> None:
    rng = np.random.default_rng(0)
    chains = [SPACE.sample(rng).layers for _ in range(500)]
    assert {1, 18} <= {len(chain) for chain in chains}
    assert {chain[-1][0] for chain in chains} == {"c", "p", "f", "g"}
    assert any(len(chain) > 1 and chain[-2].startswith("fc") for chain in chains)


def test_neighbours_by_hand() -> None:
    texts = {SPACE.format(other) for other in SPACE.neighbours(SPACE.parse("c1x64-gap"))}
    convolutions = {f"c{kernel}x{n}" for kernel in (1, 3, 5) for n in (64, 128, 256, 512)}
    assert texts == (
        {"c1x64"}
        | {f"{c}-gap" for c in convolutions - {"c1x64"}}
        | {f"c1x64-{other}" for other in convolutions | POOLS.keys()}
        | {f"{c}-c1x64-gap" for c in convolutions}
        | {f"c1x64-{other}-gap" for other in convolutions | POOLS.keys()}
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("p2-c1x64", r"after 0 layers \(none last\) of MetaQNN, .* comes c1x64, .*, not p2"),
        ("c1x64-p2-p2", r"after 2 layers \(p2 last\) of MetaQNN, on a map of size 16, .*not p2"),
        ("c1x64-fc128", "on a map of size 32, comes .*, not fc128"),
        ("c1x64-p5-c1x64-p5-c5x64", r"on a map of size 2, comes fc512, .*, gap, not c5x64"),
        ("c1x64-p5-c1x64-p2-fc128-fc256", "comes fc128, not fc256"),
        ("c1x64-p5-c1x64-p2-fc128-fc128-fc128", "comes the classifier, not fc128"),
        ("c1x64-gap-gap", "comes the classifier, not gap"),
        ("-".join(["c1x64"] * 19), "after 18 layers .* comes the classifier, not c1x64"),
        ("c7x64", "is no MetaQNN architecture; one looks like c3x64-c1x128-p2"),
        ("c1x100", "is no MetaQNN architecture; one looks like"),
    ],
)
def test_lines_of_no_network(text: str, reason: str) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        SPACE.parse(text)


def test_a_chain_has_a_layer() -> None:
    with pytest.raises(ArchitectureError, match="begins with a convolution"):
        MetaQNNArchitecture(())
