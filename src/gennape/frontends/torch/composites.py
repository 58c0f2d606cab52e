"""Python functions of PyTorch whose calls inside are written down instead of themselves."""

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

import torch.nn.functional as F

_COMPOSITES = frozenset({F.multi_head_attention_forward})


@cache
def inner_calls(function: Any) -> Callable[..., Any] | None:
    """A copy of `function` that does not announce itself to the tracer, only its calls.

    None unless `function` is one to look into. Its first lines ask
    `has_torch_function` whether somebody listens; the copy is told that nobody does.
    """
    if function not in _COMPOSITES:
        return None
    silent = {**function.__globals__, "has_torch_function": lambda tensors: False}
    copy = FunctionType(
        function.__code__, silent, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy
