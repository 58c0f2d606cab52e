"""Arithmetic on the sizes of an exported program, as files state it."""

import math
import operator
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from gennape.utils.errors import GennapeError

LARGEST = 2**64
"""Of numbers that are worked with, and of results."""


class SizeError(GennapeError, ArithmeticError):
    """Arithmetic that no size of a network needs; says which."""


def _checked(function: Callable[..., Any], *numbers: Any) -> Any:
    """Call a function with small numbers, whose result is small too."""
    if not all(isinstance(n, int | float) and abs(n) < LARGEST for n in numbers):
        raise SizeError("a size is computed from what is no number, or a huge one")
    result = function(*numbers)
    if not isinstance(result, int | float) or not abs(result) < LARGEST:
        raise SizeError("a size is huge")
    return result


def _power(base: float, exponent: float) -> Any:
    """Return a power, unless it is huge."""
    if abs(base) > 1 and abs(exponent) * math.log2(abs(base)) > math.log2(LARGEST):
        raise SizeError("a size is huge")
    return base**exponent


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    f"_operator.{name}": getattr(operator, name)
    for name in (
        *("add", "sub", "mul", "floordiv", "truediv", "mod", "neg", "eq", "ne", "lt", "le"),
        *("gt", "ge", "and_", "or_"),
    )
} | {
    "_operator.pow": _power,
    "math.ceil": math.ceil,
    "math.floor": math.floor,
    "math.trunc": math.trunc,
    "torch.sym_float": float,
    "torch.sym_int": int,
    "torch.sym_max": max,
    "torch.sym_min": min,
    "torch.sym_not": operator.not_,
}

SIZE_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    name: partial(_checked, function) for name, function in _FUNCTIONS.items()
}
"""What files may compute from sizes, by its name in them."""
