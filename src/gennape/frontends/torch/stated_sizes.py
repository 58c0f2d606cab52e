"""Checks sizes that a file states against what its own operators give."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gennape.frontends.layout import broadcast_shape
from gennape.frontends.torch.output_shapes import predicted_output
from gennape.frontends.torch.registry import TorchFunction
from gennape.frontends.torch.rules.windows import sizes
from gennape.frontends.torch.tensors import StatedTensor
from gennape.frontends.torch.traced_values import tensors_in

Shape = tuple[int, ...]

_REARRANGING = frozenset(
    {
        *("view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "ravel", "t"),
        *("unsafe_view", "permute", "transpose", "clone", "contiguous", "alias", "detach"),
        *("to", "to_copy", "dropout", "flip", "roll", "pixel_shuffle", "pixel_unshuffle"),
    }
)
"""Functions whose result has the elements of the first argument."""


def contradiction(
    function: TorchFunction, args: Sequence[Any], kwargs: Mapping[str, Any], stated: Any
) -> str:
    """Say what contradicts the stated result of a call; nothing if all is as it should be.

    What is checked: functions of single elements, sums and products of two tensors, convolutions,
    linear layers, matrix products, attention, normalisation, and functions that rearrange, join or
    look up elements. Sizes of other results are believed.

    Args:
        function: What was called.
        args: Its arguments.
        kwargs: Those by name.
        stated: Its result, as the file states it.
    """
    results = tensors_in([stated])
    predicted = predicted_output(function, tuple(args), dict(kwargs), StatedTensor)
    if predicted is not None:
        expected = [tensor.shape for tensor in tensors_in([predicted])]
        if expected and expected != [tensor.shape for tensor in results[: len(expected)]]:
            return _words(results[0].shape, expected[0])
        return ""
    check = _CHECKS.get(function.name)
    shape = check(*args, **kwargs) if check else None
    if shape is not None and results[0].shape != shape:
        return _words(results[0].shape, shape)
    is_rearranged = function.name in _REARRANGING and isinstance(args[0], StatedTensor)
    if is_rearranged and results[0].numel() != args[0].numel():
        return _words(results[0].shape, args[0].shape)
    return ""


def _words(stated: Shape, expected: Shape) -> str:
    return f"states the sizes {_text(stated)} of what is of {_text(expected)}"


def _text(shape: Shape) -> str:
    return "x".join(map(str, shape)) or "one number"


def _convolution(
    x: StatedTensor,
    weight: StatedTensor,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    *_: Any,
    **__: Any,
) -> Shape | None:
    """Return the sizes of a convolution's result, unless its padding is a word."""
    count = weight.dim() - 2
    if isinstance(padding, str):
        return None
    windows = zip(
        x.shape[x.dim() - count :],
        weight.shape[2:],
        sizes(stride, count),
        sizes(padding, count),
        sizes(dilation, count),
        strict=True,
    )
    places = ((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in windows)
    return (*x.shape[: x.dim() - count - 1], weight.shape[0], *places)


def _any_convolution(*args: Any, **_: Any) -> Shape | None:
    """Return the sizes of a convolution's result, unless it is transposed."""
    return None if args[6] else _convolution(*args[:6])


def _matmul(x: StatedTensor, y: StatedTensor, *_: Any, **__: Any) -> Shape | None:
    """Return the sizes of a product of matrices."""
    if x.dim() < 2 or y.dim() < 2:
        return None
    batch = broadcast_shape(x.shape[:-2], y.shape[:-2])
    return None if batch is None else (*batch, x.shape[-2], y.shape[-1])


def _addmm(bias: Any, x: StatedTensor, y: StatedTensor, *_: Any, **__: Any) -> Shape | None:
    return _matmul(x, y)


def _concat(tensors: Any, dim: int = 0, *_: Any, **__: Any) -> Shape | None:
    """Return the sizes of tensors that are joined."""
    parts = [tensor.shape for tensor in tensors if tensor.shape != (0,)]
    axis = dim % len(parts[0])
    total = sum(shape[axis] for shape in parts)
    return (*parts[0][:axis], total, *parts[0][axis + 1 :])


def _embedding(weight: StatedTensor, index: StatedTensor, *_: Any, **__: Any) -> Shape | None:
    return (*index.shape, weight.shape[1])


_CHECKS: dict[str, Callable[..., Shape | None]] = {
    "conv1d": _convolution,
    "conv2d": _convolution,
    "conv3d": _convolution,
    "convolution": _any_convolution,
    "matmul": _matmul,
    "mm": _matmul,
    "bmm": _matmul,
    "addmm": _addmm,
    "baddbmm": _addmm,
    "cat": _concat,
    "embedding": _embedding,
}
