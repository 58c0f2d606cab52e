"""Which rule writes down which PyTorch function.

A rule is found by the function's plain name, so that `torch.add`, `Tensor.add_`,
`x += y` and `torch.ops.aten.add.Tensor` share one. A rule is called as
`rule(trace, output, *args, **kwargs)` after the function ran, with the function's own
arguments, and adds nodes to the trace.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Literal, NamedTuple, TypeVar

from torch._ops import OpOverload, OpOverloadPacket

Rule = Callable[..., None]
AnyRule = TypeVar("AnyRule", bound=Rule)
Result = Literal["like the first", "broadcast"]
"""How the shape of a result follows from the arguments, where it does so simply."""

RULES: dict[str, Rule] = {}
"""Rules by function name; `aten.NAME` where the operator's arguments are in another order."""
_RESULTS: dict[str, Result] = {}

_IN_PLACE_OPERATORS = frozenset(
    f"__i{name}__" for name in ("add", "sub", "mul", "truediv", "div", "pow", "and", "or")
)


class Function(NamedTuple):
    """What the tracer needs to know of a PyTorch function.

    Attributes:
        name: Its plain name, such as `add`.
        rule: The rule that writes it down, if there is one.
        result: The shape of its result, if that is simple.
        in_place: Whether it overwrites its first argument.
    """

    name: str
    rule: Rule | None
    result: Result | None
    in_place: bool


def writes(names: str, result: Result | None = None) -> Callable[[AnyRule], AnyRule]:
    """Make the decorated rule that of some functions.

    Args:
        names: Names of the functions, with spaces between.
        result: How the shape of their results follows from floating-point arguments.
    """

    def register(rule: AnyRule) -> AnyRule:
        for name in names.split():
            RULES[name] = rule
            if result is not None:
                _RESULTS[name] = result
        return rule

    return register


@cache
def describe(function: Any) -> Function:
    """Name, rule and kind of a function as `__torch_function__` receives it."""
    name: str = getattr(function, "__name__", type(function).__name__)
    if name == "__get__":  # a property, such as Tensor.shape
        name = function.__self__.__name__
    name = name.partition(".")[0]  # an ATen operator is called add.Tensor
    written = name in _IN_PLACE_OPERATORS or name == "__setitem__"
    in_place = written or (name.endswith("_") and not name.endswith("__"))
    plain = name.strip("_")
    if name in _IN_PLACE_OPERATORS:
        plain = plain[1:]
    rule = RULES.get(plain)
    if isinstance(function, OpOverload | OpOverloadPacket):
        rule = RULES.get(f"aten.{plain}", rule)
    return Function(plain, rule, _RESULTS.get(plain), in_place)
