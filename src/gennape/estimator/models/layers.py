"""Layers that encoders and predictors are made of; rows of numbers in, rows of numbers out.

What comes out of a graph does not depend on the batch, to the last bit: BLAS adds in another order
for another number of rows, so it is given the rows of one graph at a time, or blocks of one height.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gennape.estimator.models.stored_arrays import StoredArrays
from gennape.utils.array_types import FloatArray
from gennape.utils.row_products import row_products


@dataclass(frozen=True)
class LinearLayer:
    """Product with a weight, and a bias.

    Attributes:
        weight: `(outputs, inputs)`.
        bias: `(outputs,)`, or none.
    """

    weight: FloatArray
    bias: FloatArray | None

    @cached_property
    def _columns(self) -> FloatArray:
        """The weight, `(inputs, outputs)`, in which order small products take half the time."""
        return np.ascontiguousarray(self.weight.T)

    @classmethod
    def read(
        cls, stored: StoredArrays, inputs: int, outputs: int, *, has_bias: bool = True
    ) -> "LinearLayer":
        """Take the layer's arrays."""
        bias = stored.take("bias", outputs) if has_bias else None
        return cls(stored.take("weight", outputs, inputs), bias)

    def arrays(self) -> dict[str, FloatArray]:
        """Return all numbers by name, for storage."""
        return {"weight": self.weight} | ({} if self.bias is None else {"bias": self.bias})

    def __call__(self, rows: FloatArray, runs: Sequence[tuple[slice, int]]) -> FloatArray:
        """Map rows, `(rows, inputs)` to `(rows, outputs)`.

        Each graph is a matrix product of its own, so that its bits do not depend on its company.

        Args:
            rows: Of all graphs.
            runs: See `EncoderInput`; the graphs of a run are multiplied by one call.
        """
        mapped = np.empty((len(rows), len(self.weight)), dtype=np.float32)
        for own, graphs in runs:
            products = mapped[own].reshape(graphs, -1, mapped.shape[1])
            np.matmul(rows[own].reshape(graphs, -1, rows.shape[1]), self._columns, out=products)
        if self.bias is not None:
            mapped += self.bias
        return mapped


@dataclass(frozen=True)
class Heads:
    """Small networks on a shared embedding, one a cluster.

    Attributes:
        inner: Weights of the hidden layers, `(clusters, width, width)`.
        inner_bias: `(clusters, width)`.
        outer: Weights of the predictions, `(clusters, width)`.
        outer_bias: `(clusters,)`.
    """

    inner: FloatArray
    inner_bias: FloatArray
    outer: FloatArray
    outer_bias: FloatArray

    @classmethod
    def read(cls, stored: StoredArrays, clusters: int, width: int) -> "Heads":
        """Take the arrays of the heads."""
        return cls(
            stored.take("inner", clusters, width, width),
            stored.take("inner_bias", clusters, width),
            stored.take("outer", clusters, width),
            stored.take("outer_bias", clusters),
        )

    def arrays(self) -> dict[str, FloatArray]:
        """Return all numbers by name, for storage."""
        return dict(vars(self))

    def __call__(self, embeddings: FloatArray) -> FloatArray:
        """Predict by each head: `(graphs, width)` to `(graphs, clusters)`, float64."""
        rows = embeddings.astype(np.float64)
        predictions = np.empty((len(rows), len(self.outer)))
        for cluster, (inner, bias, outer) in enumerate(
            zip(self.inner, self.inner_bias, self.outer, strict=True)
        ):
            hidden = rectified(row_products(rows, inner) + bias)
            predictions[:, cluster] = np.einsum("gw,w->g", hidden, outer)
        return predictions + self.outer_bias


def rectified(rows: FloatArray) -> FloatArray:
    """Replace negative numbers by zero, in place."""
    return np.maximum(rows, 0, out=rows)
