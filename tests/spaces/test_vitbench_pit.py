from importlib.util import find_spec

import numpy as np
import pytest

from gennape import spaces
from gennape.frontends import graph_of
from gennape.graph import GraphBuilder
from gennape.spaces import ArchitectureError
from gennape.spaces.vitbench_pit import PiTArchitecture, PiTStage, write_pooling_transformer
from gennape.utils.optional_imports import import_library

SPACE = spaces.get("vitbench_pit")
SMALLEST = "w16m2-d1h2-d4h2-d2h2"
TINY = "w32m4-d2h2-d6h4-d4h8"


@pytest.mark.skipif(find_spec("timm") is None, reason="the other implementation is timm's")
def test_pit_ti_of_timm() -> None:
    space = spaces.get("vitbench_pit", classes=1000)
    graph = space.graph(space.parse(TINY))
    theirs = graph_of(import_library("timm").create_model("pit_ti_224"), (3, 224, 224))
    assert graph.fingerprint == theirs.fingerprint
    assert graph.parameters == theirs.parameters == 4_847_272


@pytest.mark.skipif(find_spec("timm") is None, reason="the other implementation is timm's")
def test_random_networks_as_timm_builds_them() -> None:
    rng = np.random.default_rng(0)
    for _ in range(3):
        one = SPACE.sample(rng)
        model = import_library("timm.models.pit").PoolingVisionTransformer(
            base_dims=[one.head_width] * 3,
            depth=one.depths,
            heads=one.heads,
            mlp_ratio=one.mlp_ratio,
            num_classes=100,
        )
        theirs = graph_of(model, (3, 224, 224))
        graph = SPACE.graph(one)
        assert graph.fingerprint == theirs.fingerprint, SPACE.format(one)
        assert (graph.parameters, graph.macs) == (theirs.parameters, theirs.macs)


def test_costs_of_the_smallest_network_by_hand() -> None:
    graph = SPACE.graph(SPACE.parse(SMALLEST))
    width, depths, sizes = 32, (1, 4, 2), (27, 14, 7)
    attention, perceptron = 4 * width**2 + 4 * width, 4 * width**2 + 3 * width
    layer = attention + perceptron + 2 * 2 * width
    patches = 3 * 16**2 * width + width + 27**2 * width + width
    between = 9 * width + width + width**2 + width
    end = 2 * width + width * 100 + 100
    assert graph.parameters == patches + 7 * layer + 2 * between + end
    macs = 3 * 16**2 * width * 27**2 + width * 100
    for depth, size in zip(depths, sizes, strict=True):
        tokens = size**2 + 1
        macs += depth * (8 * width**2 * tokens + 2 * width * tokens**2)
    for size in sizes[1:]:
        macs += 9 * width * size**2 + width**2
    assert graph.macs == macs


def test_the_whole_family() -> None:
    networks = set(SPACE.enumerate())
    # Three heads, never fewer than before, of three numbers: 10 ways.
    assert len(networks) == SPACE.size == 4 * 4 * 3**3 * 10


def test_neighbours_by_hand() -> None:
    texts = {SPACE.format(other) for other in SPACE.neighbours(SPACE.parse(SMALLEST))}
    assert texts == {
        *(SMALLEST.replace("w16", f"w{width}") for width in (24, 32, 40)),
        *(SMALLEST.replace("m2", f"m{ratio}") for ratio in (4, 6, 8)),
        *(SMALLEST.replace("d1", f"d{depth}") for depth in (2, 3)),
        *(SMALLEST.replace("d4", f"d{depth}") for depth in (6, 8)),
        *(SMALLEST.replace("d2h2", f"d{depth}h2") for depth in (4, 6)),
        # Only the last stage may have more heads than the others.
        *(SMALLEST.replace("d2h2", f"d2h{heads}") for heads in (4, 8)),
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (TINY.replace("w32", "w48"), "head width of .* is 16 or 24 or 32 or 40, not 48"),
        (TINY.replace("m4", "m3"), "MLP ratio of .* is 2 or 4 or 6 or 8, not 3"),
        (TINY.replace("d6", "d5"), "depth of stage 2 of .* is 4 or 6 or 8, not 5"),
        (TINY.replace("h8", "h6"), "number of heads of stage 3 of .* is 2 or 4 or 8, not 6"),
        (TINY.replace("h4", "h8").replace("d4h8", "d4h4"), "at least the heads .*, not 2, 8, 4"),
        (TINY.removesuffix("-d4h8"), "is no ViT-Bench PiT architecture; one looks like w32m4-"),
    ],
)
def test_lines_of_no_network(text: str, reason: str) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        SPACE.parse(text)


def test_an_architecture_checks_itself() -> None:
    with pytest.raises(ArchitectureError, match="3 stages, not depths of 2 and heads of 3"):
        PiTArchitecture(16, 2, (1, 4), (2, 2, 2))


@pytest.mark.skipif(find_spec("timm") is None, reason="the other implementation is timm's")
@pytest.mark.parametrize(
    ("name", "head_width", "heads"),
    [
        ("pit_ti_224", 32, (2, 4, 8)),
        ("pit_xs_224", 48, (2, 4, 8)),
        ("pit_s_224", 48, (3, 6, 12)),
    ],
)
def test_the_networks_of_timm(name: str, head_width: int, heads: tuple[int, ...]) -> None:
    stages = [
        PiTStage(depth, number, head_width) for depth, number in zip((2, 6, 4), heads, strict=True)
    ]
    build = GraphBuilder()
    write_pooling_transformer(build, stages, resolution=224, mlp_ratio=4, classes=1000)
    graph = build.build()
    theirs = graph_of(import_library("timm").create_model(name), (3, 224, 224))
    assert graph.fingerprint == theirs.fingerprint
    assert (graph.parameters, graph.macs) == (theirs.parameters, theirs.macs)


def test_the_map_shrinks_between_stages() -> None:
    build = GraphBuilder()
    stages = [PiTStage(1, 1, 4), PiTStage(1, 2, 4)]
    write_pooling_transformer(build, stages, resolution=32, mlp_ratio=2, classes=5)
    graph = build.build()
    kernels = graph.kernel[:, 0]
    assert graph.output_shape[kernels == 16].tolist() == [[4, 3, 3]]
    (pool,) = (kernels == 3).nonzero()[0]
    assert graph.output_shape[pool].tolist() == [8, 2, 2]
    assert graph.groups[pool] == 4
    # Nine places and a class token, then four and it.
    tokens = {tuple(shape) for shape in graph.output_shape[:, :2].tolist()}
    assert {(4, 10), (8, 5)} <= tokens
