from importlib.util import find_spec

import pytest

from gennape.frontends import graph_of
from gennape.graph import GraphBuilder
from gennape.spaces.parts.pooling_transformer import PiTStage, pooling_transformer
from gennape.utils.optional_imports import import_library


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
    pooling_transformer(build, 224, stages, mlp_ratio=4, classes=1000)
    graph = build.build()
    theirs = graph_of(import_library("timm").create_model(name), (3, 224, 224))
    assert graph.fingerprint == theirs.fingerprint
    assert (graph.parameters, graph.macs) == (theirs.parameters, theirs.macs)


def test_the_map_shrinks_between_stages() -> None:
    build = GraphBuilder()
    stages = [PiTStage(1, 1, 4), PiTStage(1, 2, 4)]
    pooling_transformer(build, 32, stages, mlp_ratio=2, classes=5)
    graph = build.build()
    kernels = graph.kernel[:, 0]
    assert graph.output_shape[kernels == 16].tolist() == [[4, 3, 3]]
    (pool,) = (kernels == 3).nonzero()[0]
    assert graph.output_shape[pool].tolist() == [8, 2, 2]
    assert graph.groups[pool] == 4
    # Nine places and a class token, then four and it.
    tokens = {tuple(shape) for shape in graph.output_shape[:, :2].tolist()}
    assert {(4, 10), (8, 5)} <= tokens
