"""The numbers of small tensors that a file computes from stored ones, such as sizes and indices.

Only the operators of this list are evaluated, by numpy, and only where the arguments and the
results are known to be small beforehand. All other numbers count as unknown.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from gennape.frontends.onnx.document import MOST_DIMS, OnnxNode, is_small
from gennape.utils.array_types import AnyArray

Evaluate = Callable[..., "AnyArray | Sequence[AnyArray]"]

_COMPLEX_TYPES = frozenset({onnx.TensorProto.COMPLEX64, onnx.TensorProto.COMPLEX128})


def is_evaluated(node: OnnxNode) -> bool:
    """Tell whether an operator is on the list."""
    return not node.domain and (node.op in _BY_NODE or node.op in _BY_NUMPY)


def evaluated(node: OnnxNode, arguments: Sequence[AnyArray | None]) -> list[AnyArray] | None:
    """Evaluate one operator; None where it is not on the list, or refuses.

    Args:
        node: The node.
        arguments: Small arrays; None for what is left out.
    """
    if not is_evaluated(node):
        return None
    try:
        with np.errstate(all="ignore"):
            if node.op in _BY_NODE:
                found = _BY_NODE[node.op](node, *arguments)
            else:
                found = _BY_NUMPY[node.op](*arguments)
    except (ArithmeticError, IndexError, KeyError, TypeError, ValueError):
        return None  # the rules of shapes, or the graph, say what is wrong with it
    results = list(found) if isinstance(found, list) else [found]
    return [np.asarray(result) for result in results]


def array_of(tensor: onnx.TensorProto) -> AnyArray | None:
    """Return the numbers of a small tensor stored in the file; None where there are too few."""
    dims = tensor.dims
    is_tensor = len(dims) <= MOST_DIMS and min(dims, default=0) >= 0
    if not is_tensor or not is_small(dims) or tensor.data_location == onnx.TensorProto.EXTERNAL:
        return None
    try:
        value = numpy_helper.to_array(tensor)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return None if value.dtype.kind in "OSU" else value


def _constant(node: OnnxNode) -> AnyArray:
    """Return the numbers of a Constant."""
    for name, value in node.attributes.items():
        if isinstance(value, onnx.TensorProto):
            stored = array_of(value)
            if stored is not None:
                return stored
        elif name in ("value_float", "value_floats"):
            return np.array(value, np.float32)
        elif name in ("value_int", "value_ints"):
            return np.array(value, np.int64)
    raise ValueError("its numbers are not stored as such")


def _of_shape(node: OnnxNode, shape: AnyArray) -> AnyArray:
    value = node.attributes.get("value")
    filling = np.zeros(1, np.float32) if value is None else array_of(value)
    if filling is None:
        raise ValueError("its number is not stored as such")
    return np.full(shape.tolist(), filling.ravel()[0])


def _cast(node: OnnxNode, x: AnyArray) -> AnyArray:
    kind = node.attributes["to"]
    if kind == onnx.TensorProto.STRING or kind in _COMPLEX_TYPES:
        raise TypeError("no number")
    return x.astype(helper.tensor_dtype_to_np_dtype(kind))


def _quotient(node: OnnxNode, left: AnyArray, right: AnyArray) -> AnyArray:
    if left.dtype.kind == "f":
        return left / right
    quotient: AnyArray = np.abs(left) // np.abs(right) * np.sign(left) * np.sign(right)
    return quotient.astype(left.dtype)


def _rest(node: OnnxNode, left: AnyArray, right: AnyArray) -> AnyArray:
    rest: AnyArray = (np.fmod if node.attributes.get("fmod", 0) else np.mod)(left, right)
    return rest


def _range(node: OnnxNode, start: AnyArray, limit: AnyArray, step: AnyArray) -> AnyArray:
    return np.arange(start.item(), limit.item(), step.item(), dtype=start.dtype)


def _axes(node: OnnxNode, axes: AnyArray | None) -> list[int] | None:
    found = node.attributes.get("axes") if axes is None else axes.ravel().tolist()
    return None if found is None else [int(axis) for axis in found]


def _unsqueezed(node: OnnxNode, x: AnyArray, axes: AnyArray | None = None) -> AnyArray:
    return np.expand_dims(x, tuple(_axes(node, axes) or ()))


def _squeezed(node: OnnxNode, x: AnyArray, axes: AnyArray | None = None) -> AnyArray:
    found = _axes(node, axes)
    return np.squeeze(x, None if found is None else tuple(found))


def _reshaped(node: OnnxNode, x: AnyArray, shape: AnyArray | None = None) -> AnyArray:
    wanted = list(node.attributes["shape"]) if shape is None else shape.ravel().tolist()
    if not node.attributes.get("allowzero", 0):
        wanted = [size or x.shape[axis] for axis, size in enumerate(wanted)]
    return x.reshape(wanted)


def _flattened(node: OnnxNode, x: AnyArray) -> AnyArray:
    axis = node.attributes.get("axis", 1)
    return x.reshape(int(np.prod(x.shape[:axis])), -1)


def _sliced(node: OnnxNode, x: AnyArray, *given: AnyArray | None) -> AnyArray:
    names = ("starts", "ends", "axes", "steps")
    parts = [None if part is None else part.ravel().tolist() for part in given]
    parts += [node.attributes.get(name) for name in names[len(parts) :]]
    starts, ends, axes, steps = parts
    index = [slice(None)] * x.ndim
    for place, (start, end) in enumerate(zip(starts, ends, strict=True)):  # type: ignore[arg-type]
        axis = axes[place] if axes else place
        index[axis] = slice(start, end, steps[place] if steps else 1)
    return x[tuple(index)]


def _gathered(node: OnnxNode, x: AnyArray, places: AnyArray) -> AnyArray:
    return np.take(x, places, axis=node.attributes.get("axis", 0))


def _concatenated(node: OnnxNode, *parts: AnyArray) -> AnyArray:
    return np.concatenate(parts, axis=node.attributes.get("axis", 1))


def _split(node: OnnxNode, x: AnyArray, sizes: AnyArray | None = None) -> list[AnyArray]:
    axis, count = node.attributes.get("axis", 0), len(node.outputs)
    given = node.attributes.get("split") if sizes is None else sizes.ravel().tolist()
    if given is None:
        whole = -(-x.shape[axis] // count)
        given = [whole] * count
    return np.split(x, np.cumsum(given)[:-1].tolist(), axis=axis)


def _transposed(node: OnnxNode, x: AnyArray) -> AnyArray:
    return np.transpose(x, node.attributes.get("perm"))


def _expanded(node: OnnxNode, x: AnyArray, shape: AnyArray) -> AnyArray:
    sizes = np.broadcast_shapes(x.shape, tuple(shape.ravel().tolist()))
    return np.broadcast_to(x, sizes).copy()


def _tiled(node: OnnxNode, x: AnyArray, repeats: AnyArray) -> AnyArray:
    return np.tile(x, repeats.ravel().tolist())


def _reduced(function: Any) -> Evaluate:
    def evaluate(node: OnnxNode, x: AnyArray, axes: AnyArray | None = None) -> AnyArray:
        found = _axes(node, axes)
        if not found and node.attributes.get("noop_with_empty_axes", 0):
            return x
        keeps = bool(node.attributes.get("keepdims", 1))
        axis = tuple(found) if found else None
        return np.asarray(function(x, axis=axis, keepdims=keeps)).astype(x.dtype)

    return evaluate


def _place(function: Any) -> Evaluate:
    def evaluate(node: OnnxNode, x: AnyArray) -> AnyArray:
        if node.attributes.get("select_last_index", 0):
            raise ValueError("the last place")
        axis = node.attributes.get("axis", 0)
        places: AnyArray = function(x, axis=axis, keepdims=bool(node.attributes.get("keepdims", 1)))
        return places

    return evaluate


def _cumulated(node: OnnxNode, x: AnyArray, axis: AnyArray) -> AnyArray:
    if node.attributes.get("exclusive", 0) or node.attributes.get("reverse", 0):
        raise ValueError("another order")
    return np.cumsum(x, axis=int(axis.item()), dtype=x.dtype)


def _one_hot(node: OnnxNode, x: AnyArray, depth: AnyArray, values: AnyArray) -> AnyArray:
    count, axis = int(depth.item()), node.attributes.get("axis", -1)
    axis = axis % (x.ndim + 1)
    sizes = [1] * (x.ndim + 1)
    sizes[axis] = count
    classes = np.arange(count).reshape(sizes)
    places = np.where((x >= -count) & (x < count), x % count, -1)
    is_hot = np.expand_dims(places, axis) == classes
    result: AnyArray = np.where(is_hot, values[1], values[0])
    return result


def _clipped(node: OnnxNode, x: AnyArray, low: Any = None, high: Any = None) -> AnyArray:
    low = node.attributes.get("min") if low is None else low
    high = node.attributes.get("max") if high is None else high
    return x if low is None and high is None else np.clip(x, low, high).astype(x.dtype)


def _triangle(node: OnnxNode, x: AnyArray, k: AnyArray | None = None) -> AnyArray:
    first = 0 if k is None else int(k.item())
    return np.triu(x, first) if node.attributes.get("upper", 1) else np.tril(x, first)


def _many(function: Any) -> Evaluate:
    return lambda node, *parts: np.asarray(reduce(function, parts))


_BY_NODE: dict[str, Evaluate] = {
    "ArgMax": _place(np.argmax),
    "ArgMin": _place(np.argmin),
    "Cast": _cast,
    "CastLike": lambda node, x, like=None: x,
    "Clip": _clipped,
    "Concat": _concatenated,
    "Constant": _constant,
    "ConstantOfShape": _of_shape,
    "CumSum": _cumulated,
    "Div": _quotient,
    "Expand": _expanded,
    "Flatten": _flattened,
    "Gather": _gathered,
    "Max": _many(np.maximum),
    "Min": _many(np.minimum),
    "Mod": _rest,
    "NonZero": lambda node, x: np.array(np.nonzero(np.atleast_1d(x)), np.int64),
    "OneHot": _one_hot,
    "Range": _range,
    "ReduceMax": _reduced(np.max),
    "ReduceMean": _reduced(np.mean),
    "ReduceMin": _reduced(np.min),
    "ReduceProd": _reduced(np.prod),
    "ReduceSum": _reduced(np.sum),
    "Reshape": _reshaped,
    "Slice": _sliced,
    "Split": _split,
    "Squeeze": _squeezed,
    "Sum": _many(np.add),
    "Tile": _tiled,
    "Transpose": _transposed,
    "Trilu": _triangle,
    "Unsqueeze": _unsqueezed,
}
"""Operators that are evaluated with their node, which holds their settings."""

_BY_NUMPY: dict[str, Callable[..., AnyArray]] = {
    "Abs": np.abs,
    "Add": np.add,
    "And": np.logical_and,
    "Ceil": np.ceil,
    "Cos": np.cos,
    "Equal": np.equal,
    "Exp": np.exp,
    "Floor": np.floor,
    "Greater": np.greater,
    "GreaterOrEqual": np.greater_equal,
    "Identity": np.asarray,
    "IsNaN": np.isnan,
    "Less": np.less,
    "LessOrEqual": np.less_equal,
    "Log": np.log,
    "Mul": np.multiply,
    "Neg": np.negative,
    "Not": np.logical_not,
    "Or": np.logical_or,
    "Pow": lambda x, exponent: np.power(x, exponent).astype(x.dtype),
    "Reciprocal": np.reciprocal,
    "Relu": lambda x: np.maximum(x, 0).astype(x.dtype),
    "Round": np.round,
    "Sign": np.sign,
    "Sin": np.sin,
    "Sqrt": np.sqrt,
    "Sub": np.subtract,
    "Tanh": np.tanh,
    "Where": np.where,
    "Xor": np.logical_xor,
}
"""Operators that are functions of numpy."""
