"""Layers that encoders and predictors are made of; rows of numbers in, rows of numbers out."""

from dataclasses import dataclass

import numpy as np

from gennape.estimator.models.stored_arrays import StoredArrays
from gennape.utils.array_types import FloatArray


@dataclass(frozen=True)
class LinearLayer:
    """Product with a weight, and a bias.

    Attributes:
        weight: `(outputs, inputs)`.
        bias: `(outputs,)`, or none.
    """

    weight: FloatArray
    bias: FloatArray | None

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

    def __call__(self, rows: FloatArray) -> FloatArray:
        """Map rows, `(rows, inputs)` to `(rows, outputs)`."""
        mapped: FloatArray = rows @ self.weight.T
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
        """Predict by each head: `(graphs, width)` to `(graphs, clusters)`."""
        predictions = np.empty((len(embeddings), len(self.outer)), dtype=embeddings.dtype)
        for cluster, (inner, bias, outer) in enumerate(
            zip(self.inner, self.inner_bias, self.outer, strict=True)
        ):
            predictions[:, cluster] = rectified(embeddings @ inner + bias) @ outer
        return predictions + self.outer_bias


def rectified(rows: FloatArray) -> FloatArray:
    """Replace negative numbers by zero, in place."""
    return np.maximum(rows, 0, out=rows)
