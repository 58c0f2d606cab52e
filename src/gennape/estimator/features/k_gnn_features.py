"""Node features of the k-GNN baseline, on absolute sizes (the authors' public code)."""

import numpy as np

from gennape.graph import GraphBatch
from gennape.graph.operations import WEIGHTED
from gennape.utils.array_types import FloatArray

SIZE_COLUMNS = 6
KERNEL_LIMIT = 16
K_GNN_COLUMNS = SIZE_COLUMNS + 4
"""Sizes, operation, two sides of a kernel, and whether there is a bias."""


def k_gnn_node_features(batch: GraphBatch) -> FloatArray:
    """Compute operation id, sizes (H, W over 256, C over 512), kernel and bias of nodes."""
    sizes = np.stack([batch.input_shape, batch.output_shape], axis=2)[:, [1, 2, 0]]
    scaled = sizes / np.array([256.0, 256.0, 512.0])[:, None]
    weighted = batch.is_in(WEIGHTED)
    kernel = np.minimum(batch.kernel, KERNEL_LIMIT - 1) * weighted[:, None]
    columns = [
        batch.operations[:, None],
        scaled.reshape(-1, SIZE_COLUMNS),
        kernel,
        (batch.bias & weighted)[:, None],
    ]
    return np.hstack(columns).astype(np.float32)
