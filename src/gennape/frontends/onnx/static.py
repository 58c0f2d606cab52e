"""Tensors that do not depend on the network's input: weights, constants and shapes."""

from collections.abc import Iterator, Sequence
from copy import copy
from math import prod
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from gennape.frontends.onnx.document import SMALL, Dims, OnnxNode
from gennape.utils.array_types import AnyArray

_FLOATS = frozenset(
    {
        onnx.TensorProto.FLOAT,
        onnx.TensorProto.FLOAT16,
        onnx.TensorProto.BFLOAT16,
        onnx.TensorProto.DOUBLE,
    }
)
_SHAPE_READERS = frozenset({"Shape", "Size"})
_MAKERS = frozenset({"Constant", "ConstantOfShape"})


class StaticTensors:
    """Knows the static tensors of a graph, and how many learned numbers they hold.

    Static are initializers, constants, shapes, and whatever is computed from these
    alone. None becomes a node by itself: a node that uses one claims its learned
    numbers, once.

    Args:
        model: The ONNX model.
        nodes: Its nodes, in topological order.
        dims: Known dimensions of values.
    """

    def __init__(
        self,
        model: onnx.ModelProto,
        nodes: Sequence[OnnxNode],
        dims: dict[str, Dims],
    ) -> None:
        self._dims = dims
        self._opsets = list(model.opset_import)
        self._tensors = {tensor.name: tensor for tensor in model.graph.initializer}
        self._producer: dict[str, OnnxNode] = {}
        self._values: dict[str, AnyArray | None] = {}
        self._leaves_of: dict[str, tuple[str, ...]] = {}
        self._claimed: set[str] = set()
        makers = {n.outputs[0]: n.op for n in nodes if n.op in _MAKERS and n.outputs}
        weights = {name for node in nodes if node.op in _WEIGHTED for name in node.inputs[1:2]}
        self._no_weights = _MAKERS.difference(makers.get(name, "") for name in weights)
        for node in nodes:
            if node.op in _SHAPE_READERS or (
                all(name in self for name in _data(node)) and not self._is_work(node)
            ):
                self._producer.update((name, node) for name in node.outputs if name)

    def unclaimed(self) -> "StaticTensors":
        """Return the same tensors with none claimed."""
        other = copy(self)
        other._claimed = set()
        return other

    @property
    def opset(self) -> int:
        """The version of ONNX's own operators."""
        own = [entry.version for entry in self._opsets if entry.domain in ("", "ai.onnx")]
        return max(own, default=1)

    def __contains__(self, name: str) -> bool:
        return name in self._tensors or name in self._producer

    def claim(self, *names: str) -> int:
        """Count the learned numbers behind static tensors that were not claimed before."""
        return sum(self._claim(leaf) for name in names for leaf in self._leaves(name))

    def is_learned(self, name: str) -> bool:
        """Tell whether a tensor looks learned: it comes from floating-point weights."""
        return any(
            self._is_float(leaf) and self._kind(leaf) not in self._no_weights
            for leaf in self._leaves(name)
        )

    def value(self, name: str) -> AnyArray | None:
        """Return the value of a small static tensor, or None if it is unknown or large."""
        if name not in self._values:
            self._values[name] = self._computed(name)
        return self._values[name]

    def integers(self, name: str) -> list[int] | None:
        """Return the value as a flat list of integers, or None if it is unknown."""
        value = self.value(name)
        return None if value is None else [int(number) for number in value.ravel()]

    def _is_work(self, node: OnnxNode) -> bool:
        """Tell whether a node multiplies by learned weights: then its result is no weight."""
        return node.op in _WEIGHTED and any(self.is_learned(name) for name in node.inputs)

    def _claim(self, leaf: str) -> int:
        if leaf in self._claimed:
            return 0
        self._claimed.add(leaf)
        return prod(self._dims.get(leaf, ()))

    def _leaves(self, name: str) -> tuple[str, ...]:
        """Return the stored tensors whose numbers make up a static tensor."""
        if name not in self._leaves_of:
            self._leaves_of[name] = tuple(dict.fromkeys(self._find_leaves(name)))
        return self._leaves_of[name]

    def _find_leaves(self, name: str) -> Iterator[str]:
        if name not in self:
            return
        node = self._producer.get(name)
        if node is None or node.op in _MAKERS or self._renames_weight(node):
            yield name
        elif node.op not in _SHAPE_READERS:
            for argument in node.inputs[: _DATA_ARGUMENTS.get(node.op)]:
                leaves = self._leaves(argument)
                yield from (leaf for leaf in leaves if prod(self._dims.get(leaf, ())) > 1)

    def _renames_weight(self, node: OnnxNode) -> bool:
        """Tell whether a node names a weight anew.

        Exporters store weights of equal values once, and give the others as identities.
        """
        return node.op == "Identity" and node.inputs[0] in self._tensors

    def _kind(self, leaf: str) -> str:
        return self._producer[leaf].op if leaf in self._producer else "initializer"

    def _is_float(self, leaf: str) -> bool:
        node = self._producer.get(leaf)
        if node is None:
            return self._tensors[leaf].data_type in _FLOATS
        if node.op == "Identity":
            return self._is_float(node.inputs[0])
        tensor = node.attributes.get("value")
        if tensor is None:  # the default of ConstantOfShape is a float zero
            return node.op == "ConstantOfShape"
        return tensor.data_type in _FLOATS

    def _computed(self, name: str) -> AnyArray | None:
        node = self._producer.get(name)
        if node is None:
            return _array(self._tensors[name]) if name in self._tensors else None
        if node.op == "Constant" and "value" in node.attributes:
            return _array(node.attributes["value"])
        if node.op in _SHAPE_READERS and node.inputs[0] in self._dims:
            return _shape_value(node, self._dims[node.inputs[0]])
        if node.op == "CastLike":
            return self.value(node.inputs[0])
        if node.bodies or prod(self._dims.get(name, ())) > SMALL:
            return None
        known = {argument: self.value(argument) for argument in node.inputs if argument}
        arguments = {argument: value for argument, value in known.items() if value is not None}
        if len(arguments) < len(known):
            return None
        return _evaluated(node, name, arguments, self._opsets)


_WEIGHTED = frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul"})


def _data(node: OnnxNode) -> Sequence[str]:
    """Return the arguments whose numbers matter; of one CastLike takes only the type."""
    return node.inputs[:1] if node.op == "CastLike" else node.used_names


_DATA_ARGUMENTS = {
    "CastLike": 1,
    "DequantizeLinear": 1,
    "Expand": 1,
    "Gather": 1,
    "Reshape": 1,
    "Slice": 1,
    "Split": 1,
    "Tile": 1,
    "Unsqueeze": 1,
    "Squeeze": 1,
}
"""How many leading arguments hold numbers; the others are sizes, axes or scales."""


def _array(tensor: onnx.TensorProto) -> AnyArray | None:
    if prod(tensor.dims) > SMALL or tensor.data_location == onnx.TensorProto.EXTERNAL:
        return None
    return numpy_helper.to_array(tensor)


def _shape_value(node: OnnxNode, dims: Dims) -> AnyArray:
    if node.op == "Size":
        return np.array(prod(dims), dtype=np.int64)
    start = node.attributes.get("start", 0)
    return np.array(dims[start : node.attributes.get("end")], dtype=np.int64)


def _evaluated(
    node: OnnxNode, name: str, arguments: dict[str, AnyArray], opsets: list[Any]
) -> AnyArray | None:
    """Evaluate one small operator by ONNX's reference implementation."""
    unknown = onnx.TypeProto()
    graph = helper.make_graph(
        [node.proto],
        "static",
        [helper.make_value_info(argument, unknown) for argument in arguments],
        [helper.make_value_info(name, unknown)],
    )
    try:
        evaluator = ReferenceEvaluator(helper.make_model(graph, opset_imports=opsets))
        results: Any = evaluator.run([name], arguments)
        return np.asarray(results[0])
    except Exception:  # any operator may refuse; the value then counts as unknown
        return None
