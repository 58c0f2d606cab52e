"""Which rule writes down which PyTorch function.

A rule is found by the function's plain name, so that `torch.add`, `Tensor.add_`,
`x += y` and `torch.ops.aten.add.Tensor` share one. A rule is called as
`rule(trace, output, *args, **kwargs)` after the function ran, with the function's own
arguments, and adds nodes to the trace.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, TypeVar

from torch._ops import OpOverload, OpOverloadPacket

Rule = Callable[..., None]
AnyRule = TypeVar("AnyRule", bound=Rule)

RULES: dict[str, Rule] = {}
"""Rules by function name; `aten.NAME` where the operator's arguments are in another order."""

_IN_PLACE_OPERATORS = frozenset(
    f"__i{name}__" for name in ("add", "sub", "mul", "truediv", "div", "pow", "and", "or")
)


class Function(NamedTuple):
    """What the tracer needs to know of a PyTorch function.

    Attributes:
        name: Its plain name, such as `add`.
        rule: The rule that writes it down, if there is one.
        in_place: Whether it overwrites its first argument.
    """

    name: str
    rule: Rule | None
    in_place: bool


def writes(*names: str) -> Callable[[AnyRule], AnyRule]:
    """Make the decorated function the rule of the functions called `names`."""

    def register(rule: AnyRule) -> AnyRule:
        RULES.update(dict.fromkeys(names, rule))
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
    return Function(plain, rule, in_place)
