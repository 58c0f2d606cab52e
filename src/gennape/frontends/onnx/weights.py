"""The numbers of an ONNX file beside its graph, so that a module of the graph computes the same.

Numbers that the file computes from stored ones are computed by the operators of `evaluation` alone,
where their sizes are known beforehand; all together they are bounded by what the file holds.
"""

from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from gennape.frontends.errors import FrontendError
from gennape.frontends.onnx.document import OnnxNode, load
from gennape.frontends.onnx.evaluation import evaluated, is_evaluated
from gennape.frontends.onnx.external import ExternalPlace, external_numbers, external_place
from gennape.frontends.onnx.order import sorted_nodes
from gennape.frontends.onnx.shape_rules import (
    SHAPE_RULES,
    Arguments,
    ShapeContradiction,
    UnknownShape,
)
from gennape.frontends.onnx.shape_rules.registry import Results
from gennape.frontends.onnx.tensor_part import TensorPart
from gennape.graph.execute.assembly import Weights
from gennape.utils.array_types import AnyArray
from gennape.utils.errors import reading

Names = Mapping[int, Sequence[str | TensorPart]]

MOST_COMPUTED = 1 << 24
"""Elements that a file may compute, however little it stores."""
_COMPUTED_PER_ELEMENT = 8
"""Elements that it may compute for each that it stores: casts, products and turns of weights."""


def numbers_of(path: Path, names: Names) -> Weights:
    """Find the numbers of some fixed tensors, those that the file computes from others included.

    Args:
        path: The file.
        names: Their names, by node.

    Returns:
        By node, its tensors: what `ComputationGraph.to_module` takes. None stands for numbers that
        the file does not hold, or that depend on an input.

    Raises:
        FrontendError: The file cannot be read, or states more numbers than it holds.
    """
    with reading(path, FrontendError, "the weights of a network", "export the file again"):
        model = load(path, with_numbers=True)
        wanted = {_name(part) for given in names.values() for part in given if part}
        values = _FixedValues(model, path).of(wanted)
        parts = {part for given in names.values() for part in given}
        tensors = {part: _tensor(part, values) for part in parts}
        return {node: tuple(tensors[part] for part in given) for node, given in names.items()}


def _name(part: str | TensorPart) -> str:
    return part.name if isinstance(part, TensorPart) else part


def _tensor(part: str | TensorPart, values: Mapping[str, AnyArray]) -> Tensor | None:
    value = values.get(_name(part))
    if value is None:
        return None
    return torch.from_numpy((part.of(value) if isinstance(part, TensorPart) else value).copy())


class _FixedValues:
    """Computes the values of a model that depend on no input.

    Args:
        model: The model, its functions written out.
        path: The file.
    """

    def __init__(self, model: onnx.ModelProto, path: Path) -> None:
        self._path = path
        self._nodes = sorted_nodes(model.graph, path)
        self._stored = {tensor.name: tensor for tensor in model.graph.initializer}
        self._opset = max((o.version for o in model.opset_import if not o.domain), default=1)
        self._values: dict[str, AnyArray] = {}
        self._outside: dict[tuple[ExternalPlace, int], AnyArray] = {}
        self._files: dict[Path, int] = {}
        self._elements_left = MOST_COMPUTED

    def of(self, wanted: set[str]) -> Mapping[str, AnyArray]:
        """Return those of these values that are fixed, and the ones that they are computed from."""
        needed = self._needed(wanted)
        for name in needed & self._stored.keys():
            value = self._read(self._stored[name])
            if value is not None:
                self._values[name] = value
                self._elements_left += _COMPUTED_PER_ELEMENT * value.size
        for node in self._nodes:
            if needed.intersection(node.outputs):
                self._compute(node)
        return self._values

    def _needed(self, wanted: set[str]) -> set[str]:
        """Return the names of values that some are computed from, themselves included."""
        needed = set(wanted)
        for node in reversed(self._nodes):
            if needed.intersection(node.outputs):
                needed.update(node.used_names)
        return needed

    def _read(self, tensor: onnx.TensorProto) -> AnyArray | None:
        """Read a stored tensor; None where its numbers are not there.

        Raises:
            FrontendError: The file has other numbers than it states, or names them many times.
        """
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            return numpy_helper.to_array(tensor)
        place = external_place(tensor, self._path.parent)
        if place is None:
            return None
        key = place, tensor.data_type
        if key not in self._outside:
            left = self._files.setdefault(place.file, place.file.stat().st_size) - place.size
            if left < 0:
                raise FrontendError(
                    f"{self._path}: its tensors name the numbers of {place.file.name} several "
                    "times; export it again"
                )
            self._files[place.file] = left
            self._outside[key] = self._read_outside(tensor)
        return self._outside[key].reshape(tuple(tensor.dims))

    def _read_outside(self, tensor: onnx.TensorProto) -> AnyArray:
        filled = onnx.TensorProto(data_type=tensor.data_type, dims=tensor.dims)
        filled.raw_data = external_numbers(tensor, self._path.parent) or b""
        return numpy_helper.to_array(filled)

    def _compute(self, node: OnnxNode) -> None:
        """Compute the results of a node, where its arguments are fixed and their sizes known."""
        if not is_evaluated(node) or any(name not in self._values for name in node.used_names):
            return
        sizes = self._sizes(node)
        if len(sizes) < len(node.outputs) or None in sizes:
            return
        self._elements_left -= sum(prod(dims) for dims in sizes if dims is not None)
        if self._elements_left < 0:
            raise FrontendError(
                f"{self._path} computes more numbers from its weights than networks do, at "
                f"{node.title}; export it with constants folded"
            )
        arguments = [self._values[name] if name else None for name in node.inputs]
        found = evaluated(node, arguments) or ()
        for name, value, dims in zip(node.outputs, found, sizes, strict=False):
            if name and value.shape == dims:
                self._values[name] = value

    def _sizes(self, node: OnnxNode) -> Results:
        """Return the dimensions that the rule of an operator gives."""
        rule = SHAPE_RULES.get((node.domain, node.op))
        if rule is None:
            return ()
        known = {name: np.shape(self._values[name]) for name in node.used_names}
        try:
            return rule(Arguments(node, known, self._values.get, self._opset))
        except (UnknownShape, ShapeContradiction):
            return ()
