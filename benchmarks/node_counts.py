"""How many nodes the networks of GENNAPE's families have, by three ways of counting.

Run: OMP_NUM_THREADS=1 python benchmarks/node_counts.py > docs/results/node-counts.md
"""

from statistics import mean, stdev

import numpy as np

from gennape import spaces
from gennape.graph import ComputationGraph, Op, canonical
from gennape.graph.operations import ACTIVATIONS, POOLINGS, WEIGHTED

NETWORKS = 2_000
FEW = 1_000_000
PUBLISHED = {"nasbench201": 245, "hiaml": 110, "inception": 450, "two_path": 67}
COUNTED = [*WEIGHTED, *ACTIVATIONS, *POOLINGS, Op.BATCH_NORM, Op.CONCAT, Op.INPUT, Op.OUTPUT]
EXPLANATION = """
Means and their standard errors. The authors' graphs are read from TensorFlow. Each
convolution, pool, batch norm, activation, concatenation and fully connected layer is a node
there, as are the input, the output and the mean at the end. The bias of a convolution and its
padding are no nodes. A sum of three is two nodes, for TensorFlow adds two tensors at a time;
edges are a set, so that `x + x` has one argument and is dropped. Flattening, slices and zeros
are no nodes. The canonical form folds batch norm into convolutions and takes each sum as one.

- **Two-Path** fits only if bottlenecks have no activation, as in the authors' TensorFlow code.
  With the two ReLU6 of their PyTorch code there would be {activated:.1f}.
- **Inception** fits with two convolutions in each half of a strided `p3` and `p5`, as in the
  authors' code. It would with one: {single:.1f}.
- **HiAML** fits; whether an activation is ReLU or ReLU6 does not show in the number of nodes.
- **NAS-Bench-201** without `none` differs, as ours are the benchmark's own networks. The
  authors' have a batch norm behind every average pool of a cell, {norms:.1f} more in the mean, and
  6 nodes less outside the cells: no batch norm in the two reduction blocks, nor a batch norm
  and a ReLU behind the last cell. That makes {theirs:.1f}.
"""


def authors_count(graph: ComputationGraph) -> int:
    """The number of nodes that the authors' graph of this network has."""
    sums = 0
    for node in np.flatnonzero(graph.operations == Op.ADD):
        arguments = graph.edges[0][graph.edges[1] == node]
        sums += len(set(arguments.tolist())) - 1
    return int(np.isin(graph.operations, COUNTED).sum()) + sums


def without_activation(graph: ComputationGraph) -> np.ndarray:
    """The convolutions whose batch norm no ReLU6 follows."""
    argument = graph.argument(0)
    norms = argument[graph.operations == Op.RELU6]
    return np.setdiff1d(np.flatnonzero(graph.operations == Op.CONV), argument[norms])


def uneven_strides(graph: ComputationGraph) -> int:
    """How many convolutions make up the strided halves of `p3` and `p5`."""
    strides = graph.stride[without_activation(graph)]
    return int((strides[:, 0] != strides[:, 1]).sum())


def networks(family: str) -> list[ComputationGraph]:
    """Random networks, of NAS-Bench-201 without `none`; uniform where there are few."""
    space, rng = spaces.get(family), np.random.default_rng(0)
    if space.size > FEW:
        return [space.graph(space.sample(rng)) for _ in range(NETWORKS)]
    cells = list(space.enumerate())
    if family == "nasbench201":
        cells = [cell for cell in cells if "none" not in cell.operations]
    return [space.graph(cells[i]) for i in rng.permutation(len(cells))[:NETWORKS]]


def average(values: list[int]) -> str:
    """The mean and its standard error."""
    return f"{mean(values):.1f} ± {stdev(values) / len(values) ** 0.5:.1f}"


def main() -> None:
    print("# Nodes of a network\n")
    print(f"{NETWORKS:,} random networks of each family. Printed by `benchmarks/node_counts.py`.\n")
    print("| family | as built | canonical form | authors' counting | published |")
    print("|---|---:|---:|---:|---:|")
    facts = {}
    for family in ("nasbench101", *PUBLISHED):
        graphs = networks(family)
        counts = [authors_count(graph) for graph in graphs]
        cells = [
            average([graph.num_nodes for graph in graphs]),
            average([canonical(graph).num_nodes for graph in graphs]),
            average(counts),
            str(PUBLISHED.get(family, "")),
        ]
        print(f"| {family} | {' | '.join(cells)} |", flush=True)
        if family == "two_path":
            bare = mean(len(without_activation(graph)) for graph in graphs)
            facts["activated"] = mean(counts) + bare
        elif family == "inception":  # half of them would go, each with its batch norm
            facts["single"] = mean(counts) - mean(map(uneven_strides, graphs))
        elif family == "nasbench201":
            pools = mean(int((graph.operations == Op.AVG_POOL).sum()) for graph in graphs)
            facts["norms"] = pools - 2  # those of the reduction blocks
            facts["theirs"] = mean(counts) + facts["norms"] - 6
    print(EXPLANATION.format(**facts), end="")


if __name__ == "__main__":
    main()
