"""Which rule gives the shapes of the results of which ONNX operator.

A rule is called with what is known of a node's arguments. It only counts: it makes no tensor, so
that a file can state any sizes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, TypeVar

from gennape.frontends.layout import broadcast_shape
from gennape.frontends.onnx.document import Dims, OnnxNode
from gennape.utils.array_types import AnyArray
from gennape.utils.errors import GennapeError

Results = Sequence[Dims | None]
"""Dimensions of the results, in order; None, or left out at the end, where they are unknown."""
ShapeRule = Callable[["Arguments"], Results]
AnyShapeRule = TypeVar("AnyShapeRule", bound=ShapeRule)

SHAPE_RULES: dict[tuple[str, str], ShapeRule] = {}
"""Rules by domain and operator."""


class UnknownShape(GennapeError):
    """Something that the shape depends on is not known before the network runs."""


class ShapeContradiction(GennapeError):
    """Arguments that do not fit one another; says why."""


def infers(names: str, domain: str = "") -> Callable[[AnyShapeRule], AnyShapeRule]:
    """Make the decorated function the rule of some operators.

    Args:
        names: Their names, with spaces between.
        domain: Their operator set.
    """

    def register(rule: AnyShapeRule) -> AnyShapeRule:
        SHAPE_RULES.update({(domain, operator): rule for operator in names.split()})
        return rule

    return register


@dataclass(frozen=True)
class Arguments:
    """What is known of the arguments of a node.

    Attributes:
        node: The node.
        known: Dimensions of values.
        value_of: Gives the numbers of a small static value, or None.
        opset: The version of ONNX's own operators.
    """

    node: OnnxNode
    known: Mapping[str, Dims]
    value_of: Callable[[str], AnyArray | None]
    opset: int

    def has(self, position: int) -> bool:
        """Tell whether an argument is given."""
        return len(self.node.inputs) > position and bool(self.node.inputs[position])

    def dims(self, position: int = 0) -> Dims:
        """Return the dimensions of an argument.

        Raises:
            UnknownShape: They are unknown.
            ShapeContradiction: There is no such argument.
        """
        if not self.has(position):
            raise ShapeContradiction(f"it has no argument {position + 1}")
        dims = self.known.get(self.node.inputs[position])
        if dims is None:
            raise UnknownShape
        return dims

    def all_dims(self) -> list[Dims]:
        """Return the dimensions of all arguments that are given."""
        return [self.dims(place) for place, name in enumerate(self.node.inputs) if name]

    def attribute(self, name: str, default: Any = None) -> Any:
        """Return an attribute."""
        return self.node.attributes.get(name, default)

    def number(self, name: str, default: int | None = None) -> int:
        """Return an attribute that is a whole number.

        Raises:
            ShapeContradiction: It is none, or missing.
        """
        value = self.node.attributes.get(name, default)
        if not isinstance(value, int):
            raise ShapeContradiction(f"its {name} is {_words(value)}, not a whole number")
        return value

    def numbers(self, name: str, default: Sequence[int] | None = None) -> list[int]:
        """Return an attribute that is a list of whole numbers.

        Raises:
            ShapeContradiction: It is none, or missing.
        """
        value = self.node.attributes.get(name, default)
        if not isinstance(value, Sequence) or not all(isinstance(n, int) for n in value):
            raise ShapeContradiction(f"its {name} are {_words(value)}, not whole numbers")
        return list(value)

    def value(self, position: int) -> AnyArray:
        """Return the numbers of an argument.

        Raises:
            UnknownShape: They are unknown.
        """
        value = self.value_of(self.node.inputs[position]) if self.has(position) else None
        if value is None or value.dtype.kind not in "biuf":
            raise UnknownShape
        return value

    def integers(self, position: int) -> list[int]:
        """Return the numbers of an argument as a flat list.

        Raises:
            UnknownShape: They are unknown.
        """
        return [int(number) for number in self.value(position).ravel().tolist()]

    def setting(self, name: str, position: int) -> list[int] | None:
        """Return whole numbers that are an attribute or, since later, an argument; or None."""
        if name in self.node.attributes:
            value = self.node.attributes[name]
            return [value] if isinstance(value, int) else self.numbers(name)
        return self.integers(position) if self.has(position) else None


def _words(value: object) -> str:
    return "missing" if value is None else repr(value)[:40]


def axis_of(axis: int, rank: int) -> int:
    """Return an axis counted from the front.

    Raises:
        ShapeContradiction: There is no such axis.
    """
    if not -rank <= axis < rank:
        raise ShapeContradiction(f"axis {axis} is none of {rank}")
    return axis % rank


def broadcast(shapes: Sequence[Dims]) -> Dims:
    """Return the shape of tensors that are repeated to fit one another.

    Raises:
        ShapeContradiction: They do not fit.
    """
    shape = broadcast_shape(*shapes)
    if shape is None:
        raise ShapeContradiction(f"shapes {words(shapes)} do not fit one another")
    return shape


def words(shapes: Sequence[Dims]) -> str:
    """Write shapes for a message."""
    return " and ".join("x".join(map(str, dims)) or "()" for dims in shapes)


def elements(dims: Dims) -> int:
    """Return the number of elements."""
    return prod(dims)
