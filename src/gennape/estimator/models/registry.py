"""Encoders that a config can name, each with the features that it reads."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gennape.estimator.config import EncoderView, EstimatorConfig
from gennape.estimator.features.compute_graph import FEATURES
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.features.k_gnn_features import K_GNN_COLUMNS
from gennape.estimator.features.network_features import compute_graph_features, k_gnn_features
from gennape.estimator.models.k_gnn import KGNNEncoder
from gennape.estimator.models.message_passing import MessagePassingEncoder
from gennape.estimator.models.stored_arrays import StoredArrays
from gennape.graph import ComputationGraph, GraphBatch, canonical_batches

Encoder = MessagePassingEncoder | KGNNEncoder


@dataclass(frozen=True)
class _EncoderKind:
    """An encoder, what it reads of networks, and how many numbers that are for a node."""

    read: Callable[[StoredArrays, EstimatorConfig, EncoderView], Encoder]
    features: Callable[[GraphBatch], GraphFeatures]
    columns: int


ENCODERS = {
    "message-passing": _EncoderKind(
        MessagePassingEncoder.read, compute_graph_features, len(FEATURES)
    ),
    "k-gnn": _EncoderKind(KGNNEncoder.read, k_gnn_features, K_GNN_COLUMNS),
}


def graph_features(graphs: Iterable[ComputationGraph], encoder: str) -> GraphFeatures:
    """Compute what an encoder reads of networks.

    Args:
        graphs: Networks as they came; they are brought into canonical form here.
        encoder: A key of `ENCODERS`.
    """
    features = ENCODERS[encoder].features
    return GraphFeatures.join([features(batch) for batch in canonical_batches(graphs)])
