import numpy as np
import pytest

from gennape.estimator.features.compute_graph import FEATURES, compute_graph
from gennape.estimator.features.network_features import compute_graph_features
from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, Op, canonical

LOG3 = np.log2(3)


def _residual_network(width: int = 16, resolution: int = 8) -> ComputationGraph:
    """Two 3x3 convolutions, the second of stride 2, a residual 1x1 one, and a classifier."""
    build = GraphBuilder()
    x = build.input((3, resolution, resolution))
    x = build.relu(build.batch_norm(build.conv(x, width, kernel=3)))
    x = build.relu(build.batch_norm(build.conv(x, 2 * width, kernel=3, stride=2)))
    x = build.relu(build.add(build.batch_norm(build.conv(x, 2 * width)), x))
    x = build.flatten(build.global_avg_pool(x))
    build.output(build.linear(x, 10))
    return build.build()


def _features(graph: ComputationGraph) -> list[dict[str, float]]:
    """One row of named numbers a node of the compute_graph."""
    features = compute_graph_features(canonical(GraphBatch.of([graph])))
    return [dict(zip(FEATURES, row.tolist(), strict=True)) for row in features.nodes]


def test_the_skeleton_keeps_what_decides_about_information_flow() -> None:
    bones = compute_graph(canonical(GraphBatch.of([_residual_network()])))
    assert [Op(op) for op in bones.operations.tolist()] == [
        Op.INPUT,
        Op.CONV,
        Op.CONV,
        Op.CONV,
        Op.ADD,
        Op.GLOBAL_AVG_POOL,
        Op.CONV,
        Op.OUTPUT,
    ]
    edges = {tuple(edge) for edge in bones.edges.T.tolist()}
    assert edges == {(0, 1), (1, 2), (2, 3), (2, 4), (3, 4), (4, 5), (5, 6), (6, 7)}


def test_features_by_hand() -> None:
    """MACs: 64 x 27 x 16, 16 x 144 x 32, 16 x 32 x 32 and 320."""
    macs = np.array([27_648, 73_728, 16_384, 320])
    share = np.log10(macs / macs.sum() + 1e-4)
    absent = dict.fromkeys(FEATURES, 0.0)
    _, _, second, third, total, _, linear, _ = _features(_residual_network())
    assert second == pytest.approx(
        absent
        | {"convolution": 1, "spatial kernel": 1, "kernel size": LOG3, "stride": 1}
        | {"expansion": 1, "width": 1, "reduction": 1, "cost share": share[1], "uses": 1}
        | {"longest path": 2, "shortest path": 2, "mean path": 2, "position": 2 / 3.5}
        | {"shortest to longest": 1, "mean to longest": 1},
        abs=1e-5,
    )
    assert third == pytest.approx(
        absent
        | {"convolution": 1, "width": 1, "reduction": 1, "cost share": share[2]}
        | {"longest path": 3, "shortest path": 3, "mean path": 3, "position": 3 / 3.5}
        | {"shortest to longest": 1, "mean to longest": 1},
        abs=1e-5,
    )
    assert total == pytest.approx(
        absent
        | {"add": 1, "width": 1, "reduction": 1, "cost share": -4, "arguments": 1}
        | {"longest path": 3, "shortest path": 2, "mean path": 2.5, "position": 2.5 / 3.5}
        | {"shortest to longest": 3 / 4, "mean to longest": 3.5 / 4},
        abs=1e-5,
    )
    expected = {"convolution": 1, "expansion": np.log2(10 / 32), "reduction": 3, "position": 1}
    assert expected == pytest.approx({name: linear[name] for name in expected}, abs=1e-5)


def test_groups_of_a_depthwise_convolution() -> None:
    build = GraphBuilder()
    x = build.conv(build.input((3, 8, 8)), 16, kernel=3)
    build.output(build.conv(x, 16, kernel=5, groups=16))
    depthwise = _features(build.build())[2]
    assert depthwise["groups"] == 4
    assert depthwise["kernel size"] == pytest.approx(np.log2(5))


@pytest.mark.parametrize("name", [name for name in FEATURES if name != "cost share"])
def test_absolute_sizes_do_not_matter(name: str) -> None:
    """A wider network on larger images differs only where it meets the image and the classes."""
    narrow, wide = _features(_residual_network()), _features(_residual_network(64, 32))
    inner = slice(2, 5)
    assert [row[name] for row in wide[inner]] == [row[name] for row in narrow[inner]]


def test_a_network_without_convolutions_has_features() -> None:
    build = GraphBuilder()
    build.output(build.relu(build.input((3, 8, 8))))
    features = compute_graph_features(canonical(GraphBatch.of([build.build()])))
    assert np.isfinite(features.nodes).all()
    assert features.log_macs.tolist() == [0]


def test_logarithm_of_the_macs() -> None:
    graph = _residual_network()
    features = compute_graph_features(canonical(GraphBatch.of([graph, graph])))
    np.testing.assert_allclose(features.log_macs, [np.log10(118_080 + 1)] * 2, rtol=1e-6)
