import numpy as np

from gennape.estimator.features.size_prior import network_sizes, size_prior
from gennape.graph import GraphBatch, GraphBuilder, canonical


def _sizes(build: GraphBuilder) -> list[float]:
    sizes: list[float] = network_sizes(canonical(GraphBatch.of([build.build()])))[0].tolist()
    return sizes


def test_by_hand() -> None:
    """A 3x3 convolution from 3 to 4 channels on 8x8, then one of stride 2, then a classifier."""
    build = GraphBuilder()
    x = build.conv(build.conv(build.input((3, 8, 8)), 4, kernel=3), 4, kernel=3, stride=2)
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), 10))
    macs = 64 * 4 * 27 + 16 * 4 * 36 + 40
    parameters = 4 * 27 + 4 * 36
    expected = [np.log10(macs + 1), np.log10(parameters + 1), 2, 2]
    np.testing.assert_allclose(_sizes(build), expected, rtol=1e-6)


def test_a_map_that_is_no_square() -> None:
    build = GraphBuilder()
    build.output(build.conv(build.input((1, 2, 8)), 1, kernel=1))
    assert _sizes(build)[2] == 2


def test_a_network_without_maps() -> None:
    """All of its parameters are its body's."""
    build = GraphBuilder()
    build.output(build.linear(build.input((4, 1, 1)), 2))
    np.testing.assert_allclose(_sizes(build), np.log2([1, 1, 1, 2]) + np.log10([9, 11, 1, 1]))


def test_a_gate_of_one_place_is_no_head() -> None:
    """Squeeze and excitation scales maps, so that its parameters count."""
    build = GraphBuilder()
    x = build.conv(build.input((3, 8, 8)), 4, kernel=1)
    gate = build.conv(build.global_avg_pool(x), 4, kernel=1)
    build.output(build.conv(build.mul(x, gate), 2, kernel=1))
    np.testing.assert_allclose(_sizes(build)[1], np.log10(12 + 16 + 8 + 1), rtol=1e-6)


def test_dead_branches_cost_nothing() -> None:
    """Multiplied by zero, a convolution neither costs nor sets the last resolution."""
    with_dead, without = GraphBuilder(), GraphBuilder()
    for build in (with_dead, without):
        x = build.conv(build.input((3, 8, 8)), 4, kernel=3)
        if build is with_dead:
            x = build.add(x, build.conv(build.zero(x), 4, kernel=1))
        build.output(x)
    assert _sizes(with_dead) == _sizes(without)


def test_a_step_of_each_size_counts_half() -> None:
    """0.4 decades of MACs or parameters, half an octave of resolution, one octave of layers."""
    steps = np.vstack([np.zeros(4), np.diag([0.4, 0.4, 0.5, 1.0])])
    scores = size_prior(np.array([8.0, 6.0, 3.0, 5.0]) + steps)
    np.testing.assert_allclose(scores[1:] - scores[0], 0.5)
