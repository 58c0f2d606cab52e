"""Checks sizes that a file states against what its own operators give."""

from collections.abc import Mapping, Sequence
from itertools import islice
from math import prod
from typing import Any

from gennape.frontends.torch.output_shapes import predicted_output
from gennape.frontends.torch.registry import TorchFunction
from gennape.frontends.torch.shape_rules import SHAPE_RULES, Shape
from gennape.frontends.torch.tensors import StatedTensor
from gennape.frontends.torch.traced_values import tensors_in

_REARRANGING = frozenset(
    {
        *("view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "ravel", "t"),
        *("unsafe_view", "permute", "transpose", "clone", "contiguous", "alias", "detach"),
        *("to", "to_copy", "dropout", "pixel_shuffle", "pixel_unshuffle"),
    }
)
"""Functions whose result has the elements of the first argument."""


def contradiction(
    function: TorchFunction, args: Sequence[Any], kwargs: Mapping[str, Any], stated: Any
) -> str:
    """Say what contradicts the stated result of a call; nothing if all is as it should be.

    What is checked: see `output_shapes` and `shape_rules`, and that functions which rearrange
    elements keep their number. Sizes of other results are believed.

    Args:
        function: What was called.
        args: Its arguments.
        kwargs: Those by name.
        stated: Its result, as the file states it.
    """
    found = [tensor.shape for tensor in tensors_in([stated])]
    predicted = predicted_output(function, tuple(args), dict(kwargs), StatedTensor)
    if predicted is not None:
        shapes = [tensor.shape for tensor in tensors_in([predicted])]
        return _difference(found[: len(shapes)], shapes)
    expected = _expected(function.name, args, kwargs, len(found))
    if expected is not None:
        return _difference(found, expected)
    is_rearranged = function.name in _REARRANGING and isinstance(args[0], StatedTensor)
    if is_rearranged and prod(found[0]) != args[0].numel():
        return _words(found[0], args[0].shape)
    return ""


def _expected(
    name: str, args: Sequence[Any], kwargs: Mapping[str, Any], results: int
) -> list[Shape] | None:
    """Return the sizes of the first results and of one more, if they follow from the arguments."""
    try:
        expected = SHAPE_RULES[name](*args, **kwargs) if name in SHAPE_RULES else None
        return None if expected is None else list(islice(expected, results + 1))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return None  # arguments of another kind than is known here


def _difference(found: list[Shape], expected: list[Shape]) -> str:
    """Say where stated sizes first differ from the expected ones."""
    if len(found) != len(expected):
        return f"states {len(found)} tensors as the result"
    pairs = zip(found, expected, strict=True)
    return next((_words(one, other) for one, other in pairs if one != other), "")


def _words(stated: Shape, expected: Shape) -> str:
    return f"states the sizes {_text(stated)} of what is of {_text(expected)}"


def _text(shape: Shape) -> str:
    return "x".join(map(str, shape)) or "one number"
