"""How long building, reading and storing graphs takes, on one core.

Run: OMP_NUM_THREADS=1 python benchmarks/graph_speed.py > docs/results/graph-speed.md
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TypeVar

import numpy as np
import torch

from gennape import spaces
from gennape.graph import ComputationGraph, GraphBatch, canonical
from gennape.graph.draw.picture import picture
from gennape.graph.draw.svg import to_svg
from gennape.graph.spectrum import laplacian_eigenvalues
from gennape.graph.store import load, save

INTRODUCTION = """\
# Speed of graphs

```bash
OMP_NUM_THREADS=1 python benchmarks/graph_speed.py
```

One core of a server."""

NETWORKS = 100
STORED = 10_000

Item = TypeVar("Item")
Result = TypeVar("Result")


def seconds(work: Callable[[], Result]) -> tuple[Result, float]:
    """The result of some work and its wall-clock time."""
    start = perf_counter()
    result = work()
    return result, perf_counter() - start


def each(
    what: str, work: Callable[[Item], Result], items: Sequence[Item], repeats: int = 1
) -> list[Result]:
    """Print the median time of `work` on one item; the best of some repeats counts."""
    measured = [[seconds(lambda item=item: work(item)) for _ in range(repeats)] for item in items]
    times = [1000 * min(time for _, time in runs) for runs in measured]
    print(f"| {what} | {median(times):.2f} ms | {max(times):.2f} ms |")
    return [runs[0][0] for runs in measured]


def measure_single(family: str) -> None:
    space = spaces.get(family)
    rng = np.random.default_rng(0)
    architectures = [space.sample(rng) for _ in range(NETWORKS)]
    print(f"\n## {family}: {NETWORKS} random networks, one after another\n")
    print("| step | median | slowest |")
    print("|---|---:|---:|")
    graphs: list[ComputationGraph] = each("build the graph", space.graph, architectures, repeats=3)
    forms = each("canonical form", canonical, graphs)
    each("spectrum, 21 eigenvalues", laplacian_eigenvalues, forms)
    each("to_module", ComputationGraph.to_module, graphs)
    each("draw as SVG", lambda graph: to_svg(picture(graph)), graphs)
    sizes = [graph.num_nodes for graph in graphs]
    print(f"\n{min(sizes)} to {max(sizes)} nodes, median {median(sizes):.0f}.")


def measure_batch() -> None:
    space = spaces.get("nasbench101")
    rng = np.random.default_rng(0)
    graphs = [space.graph(space.sample(rng)) for _ in range(STORED)]
    print(f"\n## nasbench101: {STORED:,} random networks at once\n")
    print("| step | seconds |")
    print("|---|---:|")
    batch, joined = seconds(lambda: GraphBatch.of(graphs))
    print(f"| join into a batch | {joined:.2f} |")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "graphs.parquet"
        print(f"| save | {seconds(lambda: save(batch, path))[1]:.2f} |")
        print(f"| load | {seconds(lambda: load(path))[1]:.2f} |")
        size = path.stat().st_size / 1e6
    chosen = rng.permutation(len(batch))
    print(f"| gather all in random order | {seconds(lambda: batch.take(chosen))[1]:.2f} |")
    forms, passed = seconds(lambda: canonical(batch))
    print(f"| canonical form | {passed:.2f} |")
    print(f"| spectrum, 21 eigenvalues | {seconds(lambda: laplacian_eigenvalues(forms))[1]:.2f} |")
    print(f"\n{batch.num_nodes:,} nodes; {size:.1f} MB on disk.")


def main() -> None:
    torch.set_num_threads(1)
    print(INTRODUCTION)
    for family in ("nasbench101", "nasbench201"):
        measure_single(family)
    measure_batch()


if __name__ == "__main__":
    main()
