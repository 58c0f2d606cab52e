"""The registry of rules: each gives the sizes of the results of an ATen operator.

A rule takes what the operator takes. It returns the sizes of the result, or of each of several, one
after another, as arguments may tell of more than fit into memory; None where they do not follow
from the arguments as they are given.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

Shape = tuple[int, ...]
_Rule = Callable[..., Shape | None]
_RuleOfSeveral = Callable[..., Iterable[Shape] | None]

SHAPE_RULES: dict[str, _RuleOfSeveral] = {}
"""By the plain name of an operator; gives the sizes of all its results."""


def one(names: str) -> Callable[[_Rule], _Rule]:
    """Make the decorated rule that of some operators with one result.

    Args:
        names: Their plain names, with spaces between.
    """

    def register(rule: _Rule) -> _Rule:
        SHAPE_RULES.update(dict.fromkeys(names.split(), partial(_alone, rule)))
        return rule

    return register


def several(names: str) -> Callable[[_RuleOfSeveral], _RuleOfSeveral]:
    """Make the decorated rule that of some operators with several results.

    Args:
        names: Their plain names, with spaces between.
    """

    def register(rule: _RuleOfSeveral) -> _RuleOfSeveral:
        SHAPE_RULES.update(dict.fromkeys(names.split(), rule))
        return rule

    return register


def _alone(rule: _Rule, *args: Any, **kwargs: Any) -> list[Shape] | None:
    shape = rule(*args, **kwargs)
    return None if shape is None else [shape]
