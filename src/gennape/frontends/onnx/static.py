"""Tensors that do not depend on the network's input: weights, constants and shapes."""

from collections.abc import Iterator, Sequence
from copy import copy
from math import prod

import numpy as np
import onnx

from gennape.frontends.onnx.document import Dims, OnnxNode, is_small
from gennape.frontends.onnx.evaluation import array_of, evaluated
from gennape.utils.array_types import AnyArray

MOST_EVALUATED = 1 << 24
"""Elements that are evaluated in one file, all together."""

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
_WEIGHTED = frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul"})


class StaticTensors:
    """Knows the static tensors of a graph, and how many learned numbers they hold.

    Static are initializers, constants, shapes, and whatever is computed from these
    alone. None becomes a node by itself: a node that uses one claims its learned
    numbers, once.

    The nodes are told to it one after another: `add` before the dimensions of their
    results are known, `evaluate` afterwards.

    Args:
        model: The ONNX model.
        nodes: Its nodes.
        dims: Known dimensions of values, which grow while the nodes are told.
    """

    def __init__(
        self, model: onnx.ModelProto, nodes: Sequence[OnnxNode], dims: dict[str, Dims]
    ) -> None:
        self._dims = dims
        self._opsets = list(model.opset_import)
        self._tensors = {tensor.name: tensor for tensor in model.graph.initializer}
        self._producer: dict[str, OnnxNode] = {}
        self._values: dict[str, AnyArray | None] = {}
        self._learned: set[str] = set()
        self._claimed: set[str] = set()
        self._elements_left = MOST_EVALUATED
        makers = {n.outputs[0]: n.op for n in nodes if n.op in _MAKERS and n.outputs}
        weights = {name for node in nodes if node.op in _WEIGHTED for name in node.inputs[1:2]}
        self._makers_of_weights = {makers[name] for name in weights & makers.keys()}
        for name, tensor in self._tensors.items():
            if tensor.data_type in _FLOATS:
                self._learned.add(name)

    def store(self, tensor: onnx.TensorProto) -> None:
        """Add a stored tensor; it is no weight."""
        self._tensors[tensor.name] = tensor
        self._dims[tensor.name] = tuple(tensor.dims)

    def add(self, node: OnnxNode) -> None:
        """Note the results of a node, if they are static; those before it are noted."""
        if node.op not in _SHAPE_READERS and (
            not all(name in self for name in _data(node)) or self._is_work(node)
        ):
            return
        for name in filter(None, node.outputs):
            self._producer[name] = node
            if node.op not in _SHAPE_READERS and self._is_learned_result(node):
                self._learned.add(name)

    def evaluate(self, node: OnnxNode) -> None:
        """Find the numbers of the static results of a node, where they are few and known."""
        outputs = [name for name in node.outputs if name]
        if not outputs or outputs[0] not in self._producer:
            return
        if node.op in _SHAPE_READERS:
            dims = self._dims.get(node.inputs[0])
            self._values[outputs[0]] = None if dims is None else _shape_value(node, dims)
            return
        results = [self._dims[name] for name in outputs if name in self._dims]
        if len(results) < len(outputs) or not all(map(is_small, results)):
            return
        arguments = [self.value(name) if name else None for name in node.inputs]
        if node.op == "CastLike":
            arguments = arguments[:1]
        given = node.inputs[: len(arguments)]
        if any(name and value is None for name, value in zip(given, arguments, strict=True)):
            return
        self._elements_left -= sum(map(prod, results)) + sum(
            x.size for x in arguments if x is not None
        )
        if self._elements_left > 0:
            found = evaluated(node, arguments) or []
            for name, value in zip(outputs, found, strict=False):
                if value.shape == self._dims[name]:
                    self._values[name] = value

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
        return sum(prod(self._dims.get(leaf, ())) for name in names for leaf in self._leaves(name))

    def is_learned(self, name: str) -> bool:
        """Tell whether a tensor looks learned: it comes from floating-point weights."""
        return name in self._learned

    def value(self, name: str) -> AnyArray | None:
        """Return the value of a small static tensor, or None if it is unknown or large."""
        if name not in self._values and name in self._tensors and name not in self._producer:
            self._values[name] = array_of(self._tensors[name])
        return self._values.get(name)

    def integers(self, name: str) -> list[int] | None:
        """Return the value as a flat list of integers, or None if it is unknown."""
        value = self.value(name)
        return None if value is None else [int(number) for number in value.ravel()]

    def _is_work(self, node: OnnxNode) -> bool:
        """Tell whether a node multiplies by learned weights: then its result is no weight."""
        return node.op in _WEIGHTED and any(self.is_learned(name) for name in node.inputs)

    def _is_leaf(self, node: OnnxNode) -> bool:
        """Tell whether a node stores its result.

        Exporters store weights of equal values once, and give the others as identities.
        """
        return node.op in _MAKERS or (node.op == "Identity" and node.inputs[0] in self._tensors)

    def _is_learned_result(self, node: OnnxNode) -> bool:
        if not self._is_leaf(node):
            return any(name in self._learned and self._has_several(name) for name in _sources(node))
        if node.op == "Identity":
            return self._tensors[node.inputs[0]].data_type in _FLOATS
        if node.op not in self._makers_of_weights:
            return False
        tensor = node.attributes.get("value")
        if tensor is None:  # the default of ConstantOfShape is a float zero
            return node.op == "ConstantOfShape"
        return tensor.data_type in _FLOATS

    def _has_several(self, name: str) -> bool:
        """Tell whether a tensor counts where others are computed from it: not a stored number."""
        node = self._producer.get(name)
        is_leaf = node is None or self._is_leaf(node)
        return not is_leaf or prod(self._dims.get(name, ())) > 1

    def _leaves(self, name: str) -> Iterator[str]:
        """Yield the stored tensors behind a static tensor that were not claimed, and claim them."""
        waiting = [name] if name in self else []
        while waiting:
            name = waiting.pop()
            if name in self._claimed:
                continue
            self._claimed.add(name)
            node = self._producer.get(name)
            if node is None or self._is_leaf(node):
                yield name
            elif node.op not in _SHAPE_READERS:
                arguments = [n for n in _sources(node) if n in self and self._has_several(n)]
                waiting.extend(reversed(arguments))


def _data(node: OnnxNode) -> Sequence[str]:
    """Return the arguments whose numbers matter; of one CastLike takes only the type."""
    return node.inputs[:1] if node.op == "CastLike" else node.used_names


def _sources(node: OnnxNode) -> Sequence[str]:
    """Return the arguments whose numbers make up the result; others are sizes, axes or scales."""
    return node.inputs[: _DATA_ARGUMENTS.get(node.op)]


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


def _shape_value(node: OnnxNode, dims: Dims) -> AnyArray:
    if node.op == "Size":
        return np.array(prod(dims), dtype=np.int64)
    start = node.attributes.get("start", 0)
    return np.array(dims[start : node.attributes.get("end")], dtype=np.int64)
