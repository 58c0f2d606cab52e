"""A network that admits changes of every kind."""

from gennape.graph import ComputationGraph, GraphBuilder


def residual_network() -> ComputationGraph:
    build = GraphBuilder()
    x = build.relu(build.batch_norm(build.conv(build.input((3, 16, 16)), 16, kernel=3)))
    y = build.relu(build.batch_norm(build.conv(x, 32)))
    y = build.relu(build.batch_norm(build.conv(y, 32, kernel=3, groups=32)))
    y = build.batch_norm(build.conv(y, 16))
    x = build.max_pool(build.add(y, x), kernel=2, stride=2)
    x = build.flatten(build.global_avg_pool(build.relu(build.conv(x, 24, kernel=3))))
    build.output(build.linear(x, 10))
    return build.build("residual")
