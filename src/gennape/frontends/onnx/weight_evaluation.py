"""Operators that exporters leave on weights, beside those that make sizes and indices."""

from collections.abc import Callable, Sequence

import numpy as np
import torch.nn.functional as F
from torch import from_numpy

from gennape.frontends.onnx.document import OnnxNode
from gennape.frontends.onnx.evaluation import evaluated, is_evaluated
from gennape.utils.array_types import AnyArray

_MODES = {("linear", 3): "linear", ("linear", 4): "bilinear", ("cubic", 4): "bicubic"}
"""PyTorch's names of interpolations, by ONNX's and the number of dimensions."""


def can_evaluate(node: OnnxNode) -> bool:
    """Tell whether the results of an operator on weights are computed."""
    return is_evaluated(node) or (not node.domain and node.op in _OPERATORS)


def evaluated_weights(
    node: OnnxNode, arguments: Sequence[AnyArray | None], sizes: Sequence[int]
) -> list[AnyArray]:
    """Compute the results of an operator on weights; fewer than it has, where that is not possible.

    Args:
        node: The node.
        arguments: Its arguments; None for what is left out.
        sizes: Dimensions of the first result.
    """
    if is_evaluated(node):
        return evaluated(node, arguments) or []
    try:
        with np.errstate(all="ignore"):
            found = _OPERATORS[node.op](node, arguments, sizes)
    except (ArithmeticError, IndexError, RuntimeError, TypeError, ValueError):
        return []
    return [] if found is None else [found]


def _sigmoid(
    node: OnnxNode, arguments: Sequence[AnyArray | None], sizes: Sequence[int]
) -> AnyArray | None:
    (x,) = arguments
    return None if x is None else (1 / (1 + np.exp(-x))).astype(x.dtype)


def _batch_normalized(
    node: OnnxNode, arguments: Sequence[AnyArray | None], sizes: Sequence[int]
) -> AnyArray | None:
    """Standardised weights are those of a batch of filters."""
    x, scale, bias, mean, variance = arguments
    if x is None or scale is None or bias is None or mean is None or variance is None:
        return None
    if node.attributes.get("training_mode", 0):
        others = (0, *range(2, x.ndim))
        mean, variance = x.mean(axis=others), x.var(axis=others)
    along = (-1, *[1] * (x.ndim - 2))
    factor = scale / np.sqrt(variance + node.attributes.get("epsilon", 1e-5))
    result: AnyArray = (x - mean.reshape(along)) * factor.reshape(along) + bias.reshape(along)
    return result.astype(x.dtype)


def _resized(
    node: OnnxNode, arguments: Sequence[AnyArray | None], sizes: Sequence[int]
) -> AnyArray | None:
    """Embeddings of positions for another number of places, as PyTorch exports their resizing."""
    x = arguments[0]
    mode = _MODES.get((node.attributes.get("mode", "nearest"), len(sizes)))
    place = node.attributes.get("coordinate_transformation_mode", "half_pixel")
    is_plain = place == "half_pixel" and not node.attributes.keys() & {"axes", "antialias"}
    coefficient = node.attributes.get("cubic_coeff_a", -0.75)
    is_plain = is_plain and len(arguments) == 4 and coefficient == -0.75
    if x is None or mode is None or not is_plain or x.shape[:2] != tuple(sizes[:2]):
        return None
    resized: AnyArray = F.interpolate(from_numpy(x.copy()), size=list(sizes[2:]), mode=mode).numpy()
    return resized


def _scattered(
    node: OnnxNode, arguments: Sequence[AnyArray | None], sizes: Sequence[int]
) -> AnyArray | None:
    x, places, updates = arguments
    if x is None or places is None or updates is None:
        return None
    if node.attributes.get("reduction", "none") != "none":
        return None
    result = x.copy()
    result[tuple(np.moveaxis(places, -1, 0))] = updates
    return result


_OPERATORS: dict[
    str, Callable[[OnnxNode, Sequence[AnyArray | None], Sequence[int]], AnyArray | None]
] = {
    "BatchNormalization": _batch_normalized,
    "Resize": _resized,
    "ScatterND": _scattered,
    "Sigmoid": _sigmoid,
}
