"""Time to draw large networks: what repeats drawn once, and every box of them.

    python benchmarks/drawing_speed.py [NODES]

Networks of about NODES nodes (20,000): residual blocks, transformer blocks of a language model,
blocks whose widths are all different, an encoder and decoder whose every block has a skip, and
layers that each read the eight before.
"""

import sys
import time
from collections.abc import Callable

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.graph.arrays import NO_ATTRIBUTES
from gennape.graph.draw import svg_of

Shape = tuple[int, int, int]


def residual(nodes: int) -> ComputationGraph:
    build = GraphBuilder()
    x = build.conv(build.input((3, 32, 32)), 64, kernel=3)
    for _ in range(nodes // 7):
        y = build.relu(build.batch_norm(build.conv(x, 64, kernel=3)))
        y = build.batch_norm(build.conv(y, 64, kernel=3))
        x = build.relu(build.add(x, y))
    return _closed(build, x, "residual blocks")


def transformer(nodes: int) -> ComputationGraph:
    build = GraphBuilder()
    x = build.input((64, 128, 1))
    for _ in range(nodes // 14):
        y = build.add_node(Op.LAYER_NORM, (x,), (64, 128, 1), parameters=128)
        query, key, value = (build.linear(y, 64) for _ in range(3))
        weights = _product(build, query, key, (128, 128, 1), 64, transposed=True)
        weights = build.activation(Op.SOFTMAX, weights)
        y = _product(build, weights, value, (64, 128, 1), 128)
        x = build.add(x, build.linear(y, 64))
        y = build.add_node(Op.LAYER_NORM, (x,), (64, 128, 1), parameters=128)
        y = build.linear(build.activation(Op.GELU, build.linear(y, 256)), 64)
        x = build.add(x, y)
    build.output(x)
    return build.build(name="transformer blocks")


def _product(build: GraphBuilder, a: int, b: int, shape: Shape, length: int, **how: bool) -> int:
    attributes = (length, *NO_ATTRIBUTES[1:])
    return build.add_node(Op.MATMUL, (a, b), shape, attributes, **how)


def different(nodes: int) -> ComputationGraph:
    build = GraphBuilder()
    x = build.conv(build.input((3, 8, 8)), 16, kernel=3)
    for block in range(nodes // 7):
        y = build.relu(build.batch_norm(build.conv(x, 16 + block, kernel=3)))
        y = build.batch_norm(build.conv(y, 16, kernel=3))
        x = build.relu(build.add(x, y))
    return _closed(build, x, "blocks of different widths")


def skips(nodes: int) -> ComputationGraph:
    build = GraphBuilder()
    x = build.conv(build.input((3, 8, 8)), 16, kernel=3)
    encoded = []
    for _ in range(nodes // 7):
        x = build.relu(build.batch_norm(build.conv(x, 16, kernel=3)))
        encoded.append(x)
    for block, skip in enumerate(reversed(encoded)):
        x = build.relu(build.batch_norm(build.conv(build.add(x, skip), 16 + block % 2, kernel=3)))
        x = build.conv(x, 16) if block % 2 else x
    return _closed(build, x, "a skip from every block")


def dense(nodes: int) -> ComputationGraph:
    build = GraphBuilder()
    results = [build.conv(build.input((3, 8, 8)), 16, kernel=3)]
    for _ in range(nodes // 4):
        x = build.concat(*results[-8:]) if len(results) > 1 else results[0]
        results.append(build.relu(build.batch_norm(build.conv(x, 16, kernel=3))))
    return _closed(build, results[-1], "each layer reads eight")


def _closed(build: GraphBuilder, x: int, name: str) -> ComputationGraph:
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), 10))
    return build.build(name=name)


NETWORKS: tuple[Callable[[int], ComputationGraph], ...] = (
    residual,
    transformer,
    different,
    skips,
    dense,
)


def main() -> None:
    nodes = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    print("| network | nodes | repeats once, s | kB | every box, s | MB |")
    print("|---|---:|---:|---:|---:|---:|")
    for make in NETWORKS:
        graph = make(nodes)
        cells = [graph.name, f"{graph.num_nodes:,}"]
        for fold, unit, digits in ((True, 1e3, 0), (False, 1e6, 1)):
            start = time.process_time()
            svg = svg_of(graph, fold=fold)
            seconds = time.process_time() - start
            cells += [f"{seconds:.1f}", f"{len(svg) / unit:,.{digits}f}"]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
