"""All features of canonical graphs, computed together."""

import numpy as np

from gennape.estimator.features.compute_graph import compute_graph, node_features
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.features.image_classifier import outside_reasons
from gennape.estimator.features.k_gnn_features import k_gnn_node_features
from gennape.estimator.features.node_kinds import convolution_widths, node_kinds
from gennape.estimator.features.size_prior import network_sizes
from gennape.estimator.features.statistics import graph_statistics
from gennape.graph import GraphBatch
from gennape.utils.array_types import FloatArray


def compute_graph_features(batch: GraphBatch) -> GraphFeatures:
    """Compute what the message-passing encoder reads of canonical graphs."""
    reduced = compute_graph(batch)
    nodes = node_features(reduced)
    return _features(batch, reduced, nodes, compute_graph_nodes=(reduced, nodes))


def k_gnn_features(batch: GraphBatch) -> GraphFeatures:
    """Compute what the encoder of the k-GNN baseline reads of canonical graphs."""
    reduced = compute_graph(batch)
    return _features(
        batch,
        batch,
        k_gnn_node_features(batch),
        compute_graph_nodes=(reduced, node_features(reduced)),
    )


def _features(
    batch: GraphBatch,
    read: GraphBatch,
    nodes: FloatArray,
    *,
    compute_graph_nodes: tuple[GraphBatch, FloatArray],
) -> GraphFeatures:
    """Combine node features of the graphs that are read with features of whole networks."""
    sizes = network_sizes(batch)
    return GraphFeatures(
        nodes=nodes,
        kinds=node_kinds(read),
        widths=convolution_widths(read),
        edges=read.edges.astype(np.int64),
        node_offsets=read.node_offsets,
        edge_offsets=read.edge_offsets,
        sizes=sizes,
        statistics=graph_statistics(batch, sizes, *compute_graph_nodes),
        outside=outside_reasons(batch),
    )
