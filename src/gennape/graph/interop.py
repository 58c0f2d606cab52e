"""Graphs for other libraries: networkx and PyTorch Geometric, each installed on demand."""

from typing import Any

import numpy as np

from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.node import nodes_of
from gennape.utils.optional_imports import require


def to_networkx(graph: ComputationGraph) -> Any:
    """The graph as a `networkx.MultiDiGraph`.

    Nodes hold what `Node.plain` gives; edges hold `argument`, their position among the
    target's arguments.

    Raises:
        MissingExtraError: networkx is not installed.
    """
    result = require("networkx", "to_networkx").MultiDiGraph(name=graph.name)
    for node in nodes_of(graph):
        result.add_node(node.index, **node.plain())
        result.add_edges_from(
            (source, node.index, {"argument": position})
            for position, source in enumerate(node.arguments)
        )
    return result


def to_pyg(graph: ComputationGraph) -> Any:
    """The graph as a `torch_geometric.data.Data`.

    It holds `edge_index` `(2, edges)`, `operations` `(nodes,)`, `attributes`
    `(nodes, 18)` and `node_parameters` `(nodes,)`, all int64.

    Raises:
        MissingExtraError: PyTorch Geometric is not installed.
    """
    data = require("torch_geometric.data", "to_pyg", package="torch-geometric")
    import torch  # slow to import, and PyTorch Geometric has it anyway

    columns = {
        "edge_index": graph.edges,
        "operations": graph.operations,
        "attributes": graph.attributes,
        "node_parameters": graph.node_parameters,
    }
    tensors = {name: torch.from_numpy(array.astype(np.int64)) for name, array in columns.items()}
    return data.Data(num_nodes=graph.num_nodes, **tensors)
