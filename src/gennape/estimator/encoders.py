"""The encoders a config can name, each with its view of a network."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gennape.estimator.config import EstimatorConfig, View
from gennape.estimator.encoder import MessagePassingEncoder
from gennape.estimator.graph_features import GraphFeatures
from gennape.estimator.k_gnn import KGNNEncoder, k_gnn_features
from gennape.estimator.skeleton import skeleton_features
from gennape.graph import ComputationGraph, GraphBatch, canonical_batches

Encoder = MessagePassingEncoder | KGNNEncoder


@dataclass(frozen=True)
class _EncoderKind:
    build: Callable[[EstimatorConfig, View], Encoder]
    features: Callable[[GraphBatch], GraphFeatures]


ENCODERS = {
    "message-passing": _EncoderKind(MessagePassingEncoder, skeleton_features),
    "k-gnn": _EncoderKind(KGNNEncoder, k_gnn_features),
}


def graph_features(graphs: Iterable[ComputationGraph], encoder: str) -> GraphFeatures:
    """What an encoder sees of networks.

    Args:
        graphs: Networks as they came; they are brought into canonical form here.
        encoder: A key of `ENCODERS`.
    """
    features = ENCODERS[encoder].features
    return GraphFeatures.join([features(batch) for batch in canonical_batches(graphs)])
