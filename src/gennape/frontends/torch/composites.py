"""Calls that are written down as the calls inside them."""

from collections.abc import Callable
from functools import cache, partial
from types import FunctionType
from typing import Any

import torch.nn.functional as F
from torch._C import DispatchKey
from torch._library.custom_ops import OPDEFS
from torch._ops import OpOverload, OpOverloadPacket

from gennape.frontends.torch.known_operators import WRAPPERS

_COMPOSITES = frozenset({F.multi_head_attention_forward})


@cache
def inner_calls(function: Any) -> Callable[..., Any] | None:
    """Return what to run instead of `function` so that the calls inside it are seen; or None.

    The first lines of PyTorch's Python functions ask `has_torch_function` whether
    somebody listens; the copy of such a function is told that nobody does.
    """
    name = getattr(function, "__name__", "")
    if name in WRAPPERS:
        return partial(_call_body, WRAPPERS[name])
    if isinstance(function, OpOverload | OpOverloadPacket):
        return _custom_body(function)
    if function not in _COMPOSITES:
        return None
    silent = {**function.__globals__, "has_torch_function": lambda tensors: False}
    copy = FunctionType(
        function.__code__, silent, name, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


def _custom_body(operator: OpOverload | OpOverloadPacket) -> Callable[..., Any] | None:
    """Return the Python function behind an operator that `torch.library.custom_op` defined."""
    name = operator._qualified_op_name if isinstance(operator, OpOverloadPacket) else operator._name
    definition = OPDEFS.get(name.partition(".")[0])
    body: Callable[..., Any] | None = getattr(definition, "_init_fn", None)
    return body


def is_composite(operator: Any) -> bool:
    """Tell whether an operator of another library is made of operators of PyTorch."""
    if isinstance(operator, OpOverloadPacket):
        operator = getattr(operator, "default", None)
    return (
        isinstance(operator, OpOverload)
        and operator.namespace not in _PYTORCH
        and operator.has_kernel_for_dispatch_key(DispatchKey.CompositeImplicitAutograd)
    )


_PYTORCH = frozenset({"aten", "prim", "prims", "quantized"})


def _call_body(settings: int, *args: Any) -> Any:
    return args[settings](*args[settings + 1 :])
