"""Shapes of results that are quicker to work out here than by PyTorch's meta kernels.

Many meta kernels are written in Python and take 0.1-1.5 ms: most of the time of a
trace. Where the arguments are not plainly valid, nothing is predicted: PyTorch runs and
raises its own message.
"""

from collections.abc import Callable
from typing import Any

from gennape.frontends.layout import broadcast_shape
from gennape.frontends.torch.registry import TorchFunction
from gennape.frontends.torch.tensors import Tensor


def predicted_output(
    function: TorchFunction, args: tuple[Any, ...], kwargs: dict[str, Any], kind: type
) -> Any:
    """Predict the result of a call on meta tensors; None if the call itself has to tell.

    Args:
        function: What is called.
        args: Its arguments.
        kwargs: Those by name.
        kind: The class of tensors, `torch.Tensor` or `StatedTensor`.
    """
    if not args or type(args[0]) is not kind:
        return None
    first: Any = args[0]
    if not first.is_meta or not first.is_floating_point():
        return None
    if function.result == "like the first":
        return _unary(function, args, kwargs)
    if function.result == "broadcast":
        return _binary(function, *args) if len(args) == 2 and not kwargs else None
    predict = _PREDICTIONS.get(function.name)
    return predict(*args, **kwargs) if predict else None


def _unary(function: TorchFunction, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    x, *options = args
    if "dtype" in kwargs or "out" in kwargs or any(isinstance(o, Tensor) for o in options):
        return None
    in_place = function.in_place or kwargs.get("inplace") or any(o is True for o in options)
    return x if in_place else _like(x, x.shape)


def _like(x: Any, shape: Any) -> Any:
    """Return an empty meta tensor; None when `x` is not on the meta device."""
    return x.new_empty(shape) if x.is_meta else None


def _binary(function: TorchFunction, x: Tensor, y: Any) -> Tensor | None:
    if isinstance(y, Tensor):
        if y.dtype != x.dtype or not y.is_meta:
            return None
        shape = x.shape if x.shape == y.shape else broadcast_shape(x.shape, y.shape)
    elif isinstance(y, float | int):
        shape = x.shape
    else:
        return None
    if function.in_place:
        return x if shape == x.shape else None
    return None if shape is None else _like(x, shape)


def _linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor | None:
    fits = weight.dim() == 2 and x.shape[-1] == weight.shape[1] and x.dtype == weight.dtype
    return _like(x, (*x.shape[:-1], weight.shape[0])) if fits else None


def _batch_norm(x: Tensor, mean: Tensor | None, variance: Any, *_: Any, **__: Any) -> Tensor | None:
    if mean is None or x.dtype != mean.dtype:
        return None
    return _like(x, x.shape) if x.dim() > 1 and x.shape[1] == mean.shape[0] else None


def _layer_norm(x: Tensor, normalized_shape: Any, *_: Any, **__: Any) -> Tensor | None:
    tail = tuple(normalized_shape)
    return _like(x, x.shape) if tuple(x.shape[-len(tail) :]) == tail else None


def _group_norm(
    x: Tensor, num_groups: int, weight: Any = None, *_: Any, **__: Any
) -> Tensor | None:
    fits = x.shape[1] % num_groups == 0 and (weight is None or x.shape[1] == weight.shape[0])
    return _like(x, x.shape) if fits else None


def _attention(query: Tensor, key: Tensor, value: Tensor, *_: Any, **__: Any) -> Tensor | None:
    fits = (
        query.shape[:-2] == key.shape[:-2] == value.shape[:-2] and query.shape[-1] == key.shape[-1]
    )
    return _like(query, (*query.shape[:-1], value.shape[-1])) if fits else None


def _recurrent(x: Tensor, states: Any, weights: Any, *settings: Any) -> Any:
    """Predict hidden states of the last layer, then the last states of all layers."""
    if not isinstance(weights, list | tuple):
        return None  # a packed sequence
    firsts = states if isinstance(states, list | tuple) else [states]
    directions = 2 if settings[4] else 1
    hidden = _like(x, (*x.shape[:-1], directions * firsts[0].shape[-1]))
    return (hidden, *(_like(x, state.shape) for state in firsts))


def _grouped_mm(x: Tensor, weights: Tensor, *_: Any, **__: Any) -> Tensor | None:
    """Predict one product for each row; PyTorch's own kernel has it for bfloat16 alone."""
    fits = x.dim() == 2 and weights.dim() == 3 and x.shape[1] == weights.shape[1]
    return _like(x, (x.shape[0], weights.shape[2])) if fits else None


_PREDICTIONS: dict[str, Callable[..., Tensor | None]] = {
    "linear": _linear,
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "grouped_mm": _grouped_mm,
    "grouped_mm_fallback": _grouped_mm,
    "group_norm": _group_norm,
    "scaled_dot_product_attention": _attention,
    "lstm": _recurrent,
    "gru": _recurrent,
}
