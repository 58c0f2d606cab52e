"""The dimensions of every value in an ONNX graph.

The rules are our own: ONNX's inference is native code that a file can end or fill with memory, and
it gives up on sizes that a network computes from others.
"""

from collections.abc import Sequence
from math import prod
from pathlib import Path

import onnx

from gennape.frontends.errors import FrontendError
from gennape.frontends.onnx.document import LARGEST_SIZE, MOST_DIMS, Dims, OnnxNode
from gennape.frontends.onnx.shape_rules import (
    SHAPE_RULES,
    Arguments,
    ShapeContradiction,
    UnknownShape,
)
from gennape.frontends.onnx.shape_rules.registry import Results
from gennape.frontends.onnx.static import StaticTensors
from gennape.utils.errors import one_line

MOST_ELEMENTS = 2**62
"""Elements of the largest tensor."""


class KnownValues:
    """Dimensions of values and static tensors of a graph, as far as its nodes were followed.

    Args:
        model: The model, its inputs bound.
        nodes: Its nodes.
        path: The file, for messages.

    Attributes:
        dims: Known dimensions of values.
        static: The tensors that do not depend on the inputs.
    """

    def __init__(self, model: onnx.ModelProto, nodes: Sequence[OnnxNode], path: Path) -> None:
        graph = model.graph
        self.dims: dict[str, Dims] = {t.name: tuple(t.dims) for t in graph.initializer}
        self.static = StaticTensors(model, nodes, self.dims)
        self._path = path
        self._stated = {
            value.name: sizes
            for value in (*graph.value_info, *graph.output)
            if (sizes := _stated_sizes(value)) is not None
        }
        for value in graph.input:
            sizes = _stated_sizes(value)
            if sizes is not None:
                self._note("the input", value.name, sizes)

    def follow(self, node: OnnxNode) -> None:
        """Find the dimensions of the results of a node, and their numbers where they are static.

        Raises:
            FrontendError: Its arguments do not fit one another, or a result is too large.
        """
        self.static.add(node)
        results = self._results(node)
        for place, name in enumerate(node.outputs):
            dims = results[place] if place < len(results) else None
            dims = self._stated.get(name) if dims is None else dims
            if name and dims is not None:
                self._note(node.title, name, dims)
        self.static.evaluate(node)

    def _results(self, node: OnnxNode) -> Results:
        """Return the dimensions that the rule of an operator gives."""
        rule = SHAPE_RULES.get((node.domain, node.op))
        if rule is None:
            return ()
        try:
            return rule(Arguments(node, self.dims, self.static.value, self.static.opset))
        except UnknownShape:
            return ()
        except ShapeContradiction as error:
            raise FrontendError(
                f"{self._path}: the shapes at {node.title} contradict one another ({error}); check "
                "the file or the given input size"
            ) from error
        except Exception as error:
            raise FrontendError(
                f"{self._path}: {node.title} cannot be read ({one_line(error)}); check the file, "
                "or export it again"
            ) from error

    def _note(self, source: str, name: str, dims: Dims) -> None:
        """Write dimensions down, if a tensor can have them."""
        if len(dims) > MOST_DIMS or (dims and not 0 <= min(dims) <= max(dims) <= LARGEST_SIZE):
            raise self._too_large(source, name, dims)
        if prod(dims) > MOST_ELEMENTS:
            raise self._too_large(source, name, dims)
        self.dims[name] = dims

    def _too_large(self, source: str, name: str, dims: Dims) -> FrontendError:
        sizes = "x".join(map(str, dims[:8])) + ("x..." if len(dims) > 8 else "")
        return FrontendError(
            f"{self._path}: {source} gives {name!r} the shape {sizes[:120]}, which no tensor has; "
            "check the file or the given input size"
        )


def infer(model: onnx.ModelProto, nodes: Sequence[OnnxNode], path: Path) -> KnownValues:
    """Find the dimensions of every value, where they are known, and the static tensors.

    Args:
        model: The model, its inputs bound.
        nodes: Its nodes, in topological order.
        path: The file, for messages.

    Raises:
        FrontendError: The model contradicts itself, or a tensor is too large.
    """
    known = KnownValues(model, nodes, path)
    for node in nodes:
        known.follow(node)
    return known


def _stated_sizes(value: onnx.ValueInfoProto) -> Dims | None:
    """Return the dimensions that a type states in full."""
    kind = value.type
    if not (kind.HasField("tensor_type") and kind.tensor_type.HasField("shape")):
        return None
    dims = kind.tensor_type.shape.dim
    if not all(dim.HasField("dim_value") and dim.dim_value >= 0 for dim in dims):
        return None
    return tuple(dim.dim_value for dim in dims)
