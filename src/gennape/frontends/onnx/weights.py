"""The numbers of an ONNX file beside its graph, so that a module of the graph computes the same.

Numbers that the file computes from stored ones are computed by operators of a list, where their
sizes are known beforehand; all together they are bounded by what the file holds.
"""

from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from gennape.frontends.errors import FrontendError
from gennape.frontends.inputs import NetworkInputs
from gennape.frontends.onnx.document import OnnxNode, load
from gennape.frontends.onnx.external import ExternalPlace, external_numbers, external_place
from gennape.frontends.onnx.inputs import bind_inputs
from gennape.frontends.onnx.reader import prepared
from gennape.frontends.onnx.tensor_part import TensorPart
from gennape.frontends.onnx.values import OnnxNetwork
from gennape.frontends.onnx.weight_evaluation import can_evaluate, evaluated_weights
from gennape.graph.execute.assembly import Weights
from gennape.utils.array_types import AnyArray
from gennape.utils.errors import plain, reading

Names = Mapping[int, Sequence[str | TensorPart]]

MOST_COMPUTED = 1 << 24
"""Elements that a file may compute, however little it stores."""
_COMPUTED_PER_ELEMENT = 8
"""Elements that it may compute for each that it stores: casts, products and turns of weights."""


def numbers_of(path: Path, names: Names, inputs: NetworkInputs | None = None) -> Weights:
    """Find the numbers of some fixed tensors, those that the file computes from others included.

    Args:
        path: The file.
        names: Their names, by node.
        inputs: Shapes, as the graph was read with.

    Returns:
        By node, its tensors: what `ComputationGraph.to_module` takes. None stands for numbers that
        depend on an input.

    Raises:
        FrontendError: The file cannot be read, lacks numbers, or states more than it holds.
    """
    with reading(path, FrontendError, "the weights of a network", "export the file again"):
        model = load(path, with_numbers=True)
        wanted = {_name(part) for given in names.values() for part in given if part}
        bind_inputs(model.graph, inputs, path)
        values = _FixedValues(prepared(model, path), model, path).of(wanted)
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
        network: The model as it is read.
        model: The model, with what it stores.
        path: The file.
    """

    def __init__(self, network: OnnxNetwork, model: onnx.ModelProto, path: Path) -> None:
        self._path = path
        self._network = network
        self._stored = {tensor.name: tensor for tensor in model.graph.initializer}
        self._values: dict[str, AnyArray] = {}
        self._outside: dict[tuple[ExternalPlace, int], AnyArray] = {}
        self._files: dict[Path, int] = {}
        self._elements_left = MOST_COMPUTED

    def of(self, wanted: set[str]) -> Mapping[str, AnyArray]:
        """Return those of these values that are fixed, and the ones that they are computed from.

        Raises:
            FrontendError: One of them is fixed, and its numbers are not to be had.
        """
        needed = self._needed(wanted)
        for name in needed & self._stored.keys():
            self._keep(name, self._read(self._stored[name]))
        for node in self._network.nodes:
            if needed.intersection(node.outputs) and all(map(self._is_fixed, node.used_names)):
                self._compute(node)
        for name in sorted(wanted - self._values.keys()):
            if self._is_fixed(name):
                raise FrontendError(
                    f"{self._path}: the numbers of {plain(name)!r} are neither in its folder nor "
                    "computed from others in a way that is known; export it with constants folded"
                )
        return self._values

    def _is_fixed(self, name: str) -> bool:
        return name in self._network.static

    def _needed(self, wanted: set[str]) -> set[str]:
        """Return the names of values that some are computed from, themselves included."""
        needed = set(wanted)
        for node in reversed(self._network.nodes):
            if needed.intersection(node.outputs):
                needed.update(node.used_names)
        return needed

    def _keep(self, name: str, value: AnyArray | None) -> None:
        """Keep the numbers of a stored tensor; others may be computed from them."""
        if value is not None:
            self._values[name] = value
            self._elements_left += _COMPUTED_PER_ELEMENT * value.size

    def _read(self, tensor: onnx.TensorProto) -> AnyArray | None:
        """Read a stored tensor; None where its numbers are not there.

        Raises:
            FrontendError: Tensors have more numbers than the file that they name.
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
        """Compute the results of a node on fixed arguments, where their sizes are known."""
        known = [self._network.static.value(name) for name in node.outputs]
        stored = node.attributes.get("value") if node.op == "Constant" else None
        if all(value is not None for value in known):
            self._values.update(zip(node.outputs, known, strict=True))  # type: ignore[arg-type]
        elif isinstance(stored, onnx.TensorProto):
            self._keep(node.outputs[0], self._read(stored))
        elif can_evaluate(node) and all(name in self._values for name in node.used_names):
            self._evaluate(node)

    def _evaluate(self, node: OnnxNode) -> None:
        """Compute the results of a node.

        Raises:
            FrontendError: They are more numbers than the file may compute.
        """
        sizes = [self._network.dims.get(name) for name in node.outputs]
        if not sizes or sizes[0] is None:
            return
        self._elements_left -= sum(prod(dims) for dims in sizes if dims is not None)
        if self._elements_left < 0:
            raise FrontendError(
                f"{self._path} computes more numbers from its weights than networks do, at "
                f"{node.title}; export it with constants folded"
            )
        arguments = [self._values[name] if name else None for name in node.inputs]
        found = evaluated_weights(node, arguments, sizes[0])
        for name, value, dims in zip(node.outputs, found, sizes, strict=False):
            if name and value.shape == dims:
                self._values[name] = value
