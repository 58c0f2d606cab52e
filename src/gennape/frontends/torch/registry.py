"""Which rule writes down which PyTorch function.

A rule is found by the function's plain name, so that `torch.add`, `Tensor.add_`,
`x += y` and `torch.ops.aten.add.Tensor` share one. A rule is called as
`rule(trace, output, *args, **kwargs)` after the function ran, with the function's own
arguments, and adds nodes to the trace.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Literal, NamedTuple, TypeVar

TorchRule = Callable[..., None]
AnyTorchRule = TypeVar("AnyTorchRule", bound=TorchRule)
Result = Literal["like the first", "broadcast"]
"""How the shape of a result follows from the arguments, where it does so simply."""

RULES: dict[str, TorchRule] = {}
"""Rules by function name; `aten.NAME` where the operator's arguments are in another order."""
_RESULTS: dict[str, Result] = {}

_IN_PLACE_OPERATORS = frozenset(
    f"__i{name}__" for name in ("add", "sub", "mul", "truediv", "div", "pow", "and", "or")
)


_PYTHON_OPERATORS = {
    "and": "bitwise_and",
    "or": "bitwise_or",
    "xor": "bitwise_xor",
    "invert": "bitwise_not",
    "floordiv": "floor_divide",
    "mod": "remainder",
}
"""Functions behind operators of Python that are called otherwise."""


class TorchFunction(NamedTuple):
    """A PyTorch function as the tracer sees it.

    Attributes:
        name: Its plain name, such as `add`.
        rule: The rule that writes it down, if there is one.
        result: The shape of its result, if that is simple.
        in_place: Whether it overwrites its first argument.
    """

    name: str
    rule: TorchRule | None
    result: Result | None
    in_place: bool


def traces(names: str, result: Result | None = None) -> Callable[[AnyTorchRule], AnyTorchRule]:
    """Make the decorated rule that of some functions.

    Args:
        names: Names of the functions, with spaces between.
        result: How the shape of their results follows from floating-point arguments.
    """

    def register(rule: AnyTorchRule) -> AnyTorchRule:
        for name in names.split():
            RULES[name] = rule
            if result is not None:
                _RESULTS[name] = result
        return rule

    return register


@cache
def describe(function: Any) -> TorchFunction:
    """Describe a function as `__torch_function__` receives it: its name, rule and kind."""
    name: str = getattr(function, "__name__", type(function).__name__)
    if name == "__get__":  # a property, such as Tensor.shape
        name = function.__self__.__name__
    return describe_name(
        name, is_operator=hasattr(function, "_qualified_op_name") or hasattr(function, "_schema")
    )


@cache
def describe_name(name: str, *, is_operator: bool) -> TorchFunction:
    """Describe a function by its name.

    Args:
        name: That of a function, or of an operator: `add` or `add.Tensor`.
        is_operator: Whether it is an operator of ATen.
    """
    name = name.partition(".")[0]  # an ATen operator is called add.Tensor
    written = name in _IN_PLACE_OPERATORS or name == "__setitem__"
    in_place = written or (name.endswith("_") and not name.endswith("__"))
    plain = name.strip("_")
    if name in _IN_PLACE_OPERATORS:
        plain = plain[1:]
    if name.startswith("__"):
        plain = _PYTHON_OPERATORS.get(plain, plain)
    rule = RULES.get(plain)
    if is_operator:
        rule = RULES.get(f"aten.{plain}", rule)
    return TorchFunction(plain, rule, _RESULTS.get(plain), in_place)
