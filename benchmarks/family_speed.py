"""How fast each family's graphs are built, and how large its networks are.

Run: OMP_NUM_THREADS=1 python benchmarks/family_speed.py
It prints the table of docs/results/families.md.
"""

from collections.abc import Sequence
from statistics import median
from time import process_time

import numpy as np

from gennape import spaces

NETWORKS = 300
REPEATS = 9


def spread(values: Sequence[int], unit: int = 1, digits: int = 0) -> str:
    """Smallest, median and largest value."""
    chosen = (min(values), median(values), max(values))
    return " / ".join(f"{value / unit:,.{digits}f}" for value in chosen)


def row(family: str) -> str:
    """One line: random networks of the family, built one after another; the best round counts."""
    space = spaces.get(family)
    rng = np.random.default_rng(0)
    architectures = [space.sample(rng) for _ in range(NETWORKS)]
    times = []
    for _ in range(REPEATS):
        start = process_time()
        graphs = [space.graph(architecture) for architecture in architectures]
        times.append(process_time() - start)
    nodes = spread([graph.num_nodes for graph in graphs])
    macs = spread([graph.macs for graph in graphs], 10**6)
    parameters = spread([graph.parameters for graph in graphs], 10**6, digits=2)
    return f"| {family} | {NETWORKS / min(times):,.0f} | {nodes} | {macs} | {parameters} |"


def main() -> None:
    print("| family | graphs/s | nodes | million MACs | million parameters |")
    print("|---|---:|---:|---:|---:|")
    for family in spaces.names():
        print(row(family), flush=True)


if __name__ == "__main__":
    main()
