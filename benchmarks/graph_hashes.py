"""How many networks of labelled tables the canonical hash tells apart, and how long it takes.

Run: OMP_NUM_THREADS=1 python benchmarks/graph_hashes.py > docs/results/graph-hashes.md
"""

from time import process_time

import numpy as np

from gennape import benchmarks, spaces
from gennape.graph import GraphBatch, canonical_batches
from gennape.graph.hashing import graph_hashes
from gennape.labelling.earlier_runs import node_by_node_hash

INTRODUCTION = """\
# Hashes of networks

```bash
OMP_NUM_THREADS=1 python benchmarks/graph_hashes.py
```

Version 1 hashed one node after another with BLAKE2; version 2 hashes many graphs at once, in two
lanes of 64 bits. *Classes* counts the pairs of hashes by both versions: where it equals the number
of hashes by each, both tell the same networks apart."""

MOST = 16_000
"""Networks of a table; of a larger one, a random sample."""
TIMED = 2_000
ALONE = 300


def compare(name: str) -> None:
    table = benchmarks.load(name)
    chosen = np.random.default_rng(0).permutation(len(table))[:MOST]
    graphs = (table.space.graph(table.architectures[row]) for row in chosen.tolist())
    pairs: list[tuple[str, str]] = []
    for forms in canonical_batches(graphs):
        pairs += zip(map(node_by_node_hash, forms), graph_hashes(forms), strict=True)
    first, second = map(set, zip(*pairs, strict=True))
    lanes = [len({one[part] for one in second}) for part in (slice(16), slice(16, 32))]
    counts = [len(pairs), len(first), len(second), len({*pairs}), *lanes]
    print(f"| {name} | {' | '.join(f'{count:,}' for count in counts)} |", flush=True)


def measure(family: str) -> None:
    space = spaces.get(family)
    rng = np.random.default_rng(0)
    batches = list(canonical_batches([space.graph(space.sample(rng)) for _ in range(TIMED)]))
    graphs = [graph for batch in batches for graph in batch]
    alone = [GraphBatch.of([graph]) for graph in graphs[:ALONE]]
    times = []
    for work, items in (
        (node_by_node_hash, graphs),
        (graph_hashes, batches),
        (graph_hashes, alone),
    ):
        start = process_time()
        for item in items:
            work(item)  # type: ignore[operator]
        times.append(1000 * (process_time() - start) / (ALONE if items is alone else TIMED))
    print(f"| {family} | {' | '.join(f'{time:.2f} ms' for time in times)} |")


def main() -> None:
    print(INTRODUCTION)
    print("\n| table | networks | version 1 | version 2 | classes | first lane | second lane |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name in [*benchmarks.names(), *benchmarks.OWN]:
        compare(name)
    print(f"\nProcessor time for a canonical graph, of {TIMED:,} random ones:\n")
    print(f"| family | version 1 | version 2, 256 at once | version 2, one alone (of {ALONE}) |")
    print("|---|---:|---:|---:|")
    for family in ("nasbench101", "nasbench201", "nasbench301"):
        measure(family)


if __name__ == "__main__":
    main()
