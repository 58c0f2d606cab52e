import numpy as np

from gennape.estimator.sizes import network_sizes, size_scores
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
    parameters = 4 * 27 + 4 * 36 + 40 + 10
    expected = [np.log10(macs + 1), np.log10(parameters + 1), 2]
    np.testing.assert_allclose(_sizes(build), expected, rtol=1e-6)


def test_a_map_that_is_no_square() -> None:
    build = GraphBuilder()
    build.output(build.conv(build.input((1, 2, 8)), 1, kernel=1))
    assert _sizes(build)[2] == 2


def test_a_network_without_maps() -> None:
    build = GraphBuilder()
    build.output(build.linear(build.input((4, 1, 1)), 2))
    assert _sizes(build)[2] == 0


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
    """0.4 decades of MACs, 0.4 decades of parameters, one octave of resolution."""
    sizes = np.array([[8.0, 6.0, 3.0], [8.4, 6.0, 3.0], [8.0, 6.4, 3.0], [8.0, 6.0, 4.0]])
    np.testing.assert_allclose(np.diff(size_scores(sizes)[[0, 1, 0, 2, 0, 3]])[::2], 0.5)
