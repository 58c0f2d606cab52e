"""The k-GNN baseline of GENNAPE, on absolute sizes.

Source: the authors' public code. A node's operation, resolutions, kernel and bias are
embedded in 14, 8, 8 and 2 numbers; six GraphConv layers
`x' = tanh(W1 x + W2 sum_neighbours x_j)` and the mean over nodes make the embedding.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gennape.estimator.config import EncoderView, EstimatorConfig
from gennape.estimator.features.k_gnn_features import KERNEL_LIMIT, SIZE_COLUMNS
from gennape.estimator.models.encoder_input import EncoderInput
from gennape.estimator.models.layers import LinearLayer
from gennape.estimator.models.message_passing import read_out
from gennape.estimator.models.stored_arrays import StoredArrays, named
from gennape.graph import Op
from gennape.utils.array_types import FloatArray


@dataclass(frozen=True)
class KGNNEncoder:
    """Encoder of the k-GNN baseline; see this module.

    Attributes:
        operation: An embedding of each operation, `(operations, 14)`.
        sizes: Of the six sizes.
        kernel: An embedding of each side of a kernel, `(sides, 4)`.
        bias: An embedding of having none or one, `(2, 2)`.
        entrance: From these 32 numbers to the width.
        own: W1 of each layer.
        neighbours: W2 of each layer.
        readouts: How node embeddings become one graph embedding.
    """

    operation: FloatArray
    sizes: LinearLayer
    kernel: FloatArray
    bias: FloatArray
    entrance: LinearLayer
    own: Sequence[LinearLayer]
    neighbours: Sequence[LinearLayer]
    readouts: Sequence[str]

    @classmethod
    def read(
        cls, stored: StoredArrays, config: EstimatorConfig, view: EncoderView
    ) -> "KGNNEncoder":
        """Take the encoder's arrays; width and number of layers are those of the config."""
        width, layers = config.width, range(config.layers)
        return cls(
            stored.take("operation.weight", len(Op), 14),
            LinearLayer.read(stored.below("sizes"), SIZE_COLUMNS, 8),
            stored.take("kernel.weight", KERNEL_LIMIT, 4),
            stored.take("bias.weight", 2, 2),
            LinearLayer.read(stored.below("entrance"), 32, width),
            [LinearLayer.read(stored.below(f"own.{layer}"), width, width) for layer in layers],
            [
                LinearLayer.read(stored.below(f"neighbours.{layer}"), width, width, has_bias=False)
                for layer in layers
            ],
            view.readouts,
        )

    def arrays(self) -> dict[str, FloatArray]:
        """Return all numbers by name, for storage."""
        arrays = {f"{name}.weight": getattr(self, name) for name in ("operation", "kernel", "bias")}
        arrays |= named("sizes", self.sizes.arrays()) | named("entrance", self.entrance.arrays())
        for layer, (own, neighbours) in enumerate(zip(self.own, self.neighbours, strict=True)):
            arrays |= named(f"own.{layer}", own.arrays())
            arrays |= named(f"neighbours.{layer}", neighbours.arrays())
        return arrays

    def __call__(self, batch: EncoderInput) -> FloatArray:
        """Embed graphs, `(graphs, width)`."""
        nodes, runs = batch.nodes, batch.runs
        numbers = nodes.astype(np.int64)
        kernels = self.kernel[numbers[:, -3:-1]].reshape(len(nodes), -1)
        parts = [self.operation[numbers[:, 0]], self.sizes(nodes[:, 1 : 1 + SIZE_COLUMNS], runs)]
        hidden = self.entrance(np.hstack([*parts, kernels, self.bias[numbers[:, -1]]]), runs)
        for own, neighbours in zip(self.own, self.neighbours, strict=True):
            messages = batch.arguments.sums(hidden) + batch.users.sums(hidden)
            hidden = np.tanh(own(hidden, runs) + neighbours(messages, runs))
        return read_out(hidden, batch, self.readouts)
