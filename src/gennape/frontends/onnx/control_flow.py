"""Control flow written out: the branch of an If, the steps of a Loop or Scan.

Then their bodies have shapes and costs as all other nodes. Of an If whose condition depends on
the input, the costlier branch counts; a Loop whose number of steps does is one step, and says that
its cost is a lower bound.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
import onnx
from onnx import AttributeProto, helper, numpy_helper

from gennape.frontends.onnx.document import (
    PRIVATE,
    SMALL,
    OnnxNode,
    bodies_within,
    captured_names,
)
from gennape.frontends.onnx.order import sorted_nodes
from gennape.frontends.onnx.shapes import Inferred, infer

MOST_NODES = 20_000
"""Steps of a loop are written out up to so many nodes."""

_CONTROL = frozenset({"If", "Loop", "Scan"})

_LAYERS = frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul", "LSTM", "GRU", "RNN"})

CostOf = Callable[[onnx.ModelProto], int]


def expand_control_flow(model: onnx.ModelProto, path: Path, cost_of: CostOf) -> None:
    """Replace the control flow of a graph by the nodes that run, in place.

    Args:
        model: The model, its inputs bound.
        path: The file, for messages.
        cost_of: Gives the multiply-accumulates of a model, to compare branches.

    Raises:
        FrontendError: The model contradicts itself.
    """
    while any(_is_control(node) for node in model.graph.node):
        nodes = sorted_nodes(model.graph, path)
        flow = _Flow(model, infer(model, nodes, path), cost_of)
        parts = [part for node in nodes for part in flow.parts(node)]
        if not flow.changed:
            return
        del model.graph.node[:]
        model.graph.node.extend(parts)


def _is_control(node: onnx.NodeProto) -> bool:
    return node.op_type in _CONTROL and node.domain in ("", "ai.onnx")


@dataclass
class _Flow:
    """One round: control flow is written out unless it depends on other control flow.

    Attributes:
        model: The model; it takes the stored tensors of bodies.
        known: Its dimensions, types and static tensors.
        cost_of: Gives the multiply-accumulates of a model.
        changed: Whether anything was written out.
    """

    model: onnx.ModelProto
    known: Inferred
    cost_of: CostOf
    changed: bool = False

    def __post_init__(self) -> None:
        self._waiting: set[str] = set()
        self._count = 0
        self._states: list[onnx.NodeProto] = []

    def parts(self, node: OnnxNode) -> Iterable[onnx.NodeProto]:
        """Return the nodes that stand for `node` in the next round."""
        waits = any(name in self._waiting for name in node.used_names)
        is_control = _is_control(node.proto)
        if waits or is_control:
            self._waiting.update(node.outputs)
        if waits or not is_control:
            return [node.proto]
        write = {"If": self._branch, "Loop": self._loop, "Scan": self._scan}[node.op]
        parts = list(write(node))
        parts = [*self._states, *parts]
        self._states = []
        self.changed |= parts != [node.proto]
        return parts

    def _branch(self, node: OnnxNode) -> Iterator[onnx.NodeProto]:
        """Write one branch of an If."""
        branches = [node.attributes["then_branch"], node.attributes["else_branch"]]
        condition = self.known.static.value(node.inputs[0])
        if condition is not None:
            body = branches[0 if condition.any() else 1]
            yield from self._body(body, {}, zip(body.output, node.outputs, strict=True))
            return
        costs = [self.cost_of(self._alone(branch)) for branch in branches]
        chosen = int(np.argmax(costs))
        body, other = branches[chosen], branches[1 - chosen]
        results = [self._name(output) for output in node.outputs]
        yield from self._body(body, {}, zip(body.output, results, strict=True))
        weights = self._weights(other)
        for result, output in zip(results, node.outputs, strict=True):
            yield helper.make_node("Branch", [result, *weights], [output], domain=PRIVATE)

    def _weights(self, body: onnx.GraphProto) -> list[str]:
        """Return the names of the stored tensors that a branch which is left out uses."""
        found: list[str] = []
        for part in bodies_within(body):
            names = self._stored(part)
            weights = {
                name for node in part.node for name in node.input[1:] if node.op_type in _LAYERS
            }
            for node in part.node:
                is_stored = node.op_type == "Constant" and node.attribute[0].name == "value"
                name = node.output[0] if is_stored else ""
                if is_stored and (prod(node.attribute[0].t.dims) > 1 or name in weights):
                    names[name] = self._store(node.attribute[0].t, name, part)
            found += [names.get(name, name) for name in (*names, *captured_names(part))]
        stored = {tensor.name for tensor in self.model.graph.initializer}
        return [name for name in dict.fromkeys(found) if name in stored]

    def _alone(self, body: onnx.GraphProto) -> onnx.ModelProto:
        """Make a model of a body: tensors from outside it are its inputs."""
        graph = onnx.GraphProto()
        graph.CopyFrom(body)
        stored = {tensor.name: tensor for tensor in self.model.graph.initializer}
        for name in dict.fromkeys(captured_names(body)):
            if name in stored:
                graph.initializer.append(stored[name])
            elif name in self.known.types:
                value = onnx.ValueInfoProto(name=name, type=self.known.types[name])
                graph.input.append(value)
        model = onnx.ModelProto(ir_version=self.model.ir_version, graph=graph)
        model.opset_import.extend(self.model.opset_import)
        return model

    def _loop(self, node: OnnxNode) -> Iterator[onnx.NodeProto]:
        """Write the steps of a Loop."""
        body = node.attributes["body"]
        limit = self.known.static.value(node.inputs[0]) if node.inputs[0] else None
        steps = None if limit is None else int(limit.ravel()[0])
        certain = steps is not None and steps * len(body.node) <= MOST_NODES
        count = steps if certain and steps is not None else 1
        carried = self._initial(node.inputs[2:])
        scanned: list[list[str]] = [[] for _ in node.outputs[len(carried) :]]
        for step in range(max(count, 0)):
            given = [self._constant(np.int64(step)), self._constant(np.bool_(True)), *carried]
            names = dict(zip((value.name for value in body.input), given, strict=True))
            results = [self._name(value.name) for value in body.output]
            yield from self._body(body, names, zip(body.output, results, strict=True))
            carried = results[1 : 1 + len(carried)]
            for found, result in zip(scanned, results[1 + len(carried) :], strict=True):
                found.append(result)
        yield from self._finish(node, carried, certain=certain)
        for found, output in zip(scanned, node.outputs[len(carried) :], strict=True):
            yield from self._joined(found, output, axis=0)

    def _scan(self, node: OnnxNode) -> Iterator[onnx.NodeProto]:
        """Write the steps of a Scan."""
        body = node.attributes["body"]
        count = node.attributes["num_scan_inputs"]
        carried, sequences = self._initial(node.inputs[:-count]), node.inputs[-count:]
        axes = list(node.attributes.get("scan_input_axes", [0] * count))
        dims = self.known.dims.get(sequences[0])
        steps = None if dims is None else dims[axes[0]]
        certain = steps is not None and steps * len(body.node) <= MOST_NODES
        outputs = node.outputs[len(carried) :]
        scanned: list[list[str]] = [[] for _ in outputs]
        for step in range(steps if certain and steps is not None else 1):
            rows = [self._name(sequence) for sequence in sequences]
            for sequence, axis, row in zip(sequences, axes, rows, strict=True):
                place = self._constant(np.int64(step))
                yield helper.make_node("Gather", [sequence, place], [row], axis=axis)
            names = dict(zip((v.name for v in body.input), [*carried, *rows], strict=True))
            results = [self._name(value.name) for value in body.output]
            yield from self._body(body, names, zip(body.output, results, strict=True))
            carried = results[: len(carried)]
            for found, result in zip(scanned, results[len(carried) :], strict=True):
                found.append(result)
        yield from self._finish(node, carried, certain=certain)
        axes_out = node.attributes.get("scan_output_axes", [0] * len(outputs))
        for found, output, axis in zip(scanned, outputs, axes_out, strict=True):
            yield from self._joined(found, output, axis=axis)

    def _finish(
        self, node: OnnxNode, carried: list[str], *, certain: bool
    ) -> Iterator[onnx.NodeProto]:
        """Name the last carried values; a helper says where there may be more steps."""
        for value, output in zip(carried, node.outputs, strict=False):
            if output and certain:
                yield helper.make_node("Identity", [value], [output])
            elif output:
                yield helper.make_node(f"Repeated{node.op}", [value], [output], domain=PRIVATE)

    def _joined(self, values: list[str], output: str, *, axis: int) -> Iterator[onnx.NodeProto]:
        """Stack one value of every step."""
        if not output or not values:
            return
        place = self._constant(np.array([axis], np.int64))
        parts = [self._name(value) for value in values]
        for value, part in zip(values, parts, strict=True):
            yield helper.make_node("Unsqueeze", [value, place], [part])
        yield helper.make_node("Concat", parts, [output], axis=axis)

    def _name(self, name: str) -> str:
        self._count += 1
        return f"{name}/{id(self)}/{self._count}"

    def _constant(
        self, value: "np.generic | np.ndarray[tuple[int, ...], np.dtype[np.int64]]"
    ) -> str:
        """Store a small tensor; return its name."""
        name = self._name("constant")
        self.model.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def _body(
        self,
        body: onnx.GraphProto,
        names: dict[str, str],
        results: Iterable[tuple[onnx.ValueInfoProto, str]],
    ) -> Iterator[onnx.NodeProto]:
        """Write the nodes of a body.

        Args:
            body: The body; its stored tensors become those of the model, once.
            names: What its inputs are called outside.
            results: Its outputs, and what they are called outside.
        """
        names = {**names, **self._stored(body)}
        for node in body.node:
            for output in filter(None, node.output):
                names[output] = self._name(output)
        for node in body.node:
            yield _renamed(node, names)
        for value, name in results:
            if name:
                inner = names.get(value.name, value.name)
                yield helper.make_node("Identity", [inner], [name])

    def _stored(self, body: onnx.GraphProto) -> dict[str, str]:
        """Store the tensors of a body in the model, once; return their new names."""
        return {tensor.name: self._store(tensor, tensor.name, body) for tensor in body.initializer}

    def _store(self, tensor: onnx.TensorProto, name: str, body: onnx.GraphProto) -> str:
        """Store a tensor of a body in the model, once; return its new name."""
        full_name = f"{name}/{body.name}/{prod(tensor.dims)}"
        if all(stored.name != full_name for stored in self.model.graph.initializer):
            copy = self.model.graph.initializer.add()
            copy.CopyFrom(tensor)
            copy.name = full_name
        return full_name

    def _initial(self, names: Iterable[str]) -> list[str]:
        """Return the names of first states; zeros that are stored are no weights."""
        stored = {tensor.name: tensor for tensor in self.model.graph.initializer}
        return [self._zeros(stored[name]) if name in stored else name for name in names]

    def _zeros(self, tensor: onnx.TensorProto) -> str:
        """Return the name of a tensor: of a constant, if it holds nothing but zeros."""
        is_absent = tensor.data_location == onnx.TensorProto.EXTERNAL or not tensor.ByteSize()
        if prod(tensor.dims) > SMALL or is_absent or numpy_helper.to_array(tensor).any():
            return tensor.name
        name = self._name(tensor.name)
        self._states.append(helper.make_node("Constant", [], [name], value=tensor))
        return name


def _renamed(node: onnx.NodeProto, names: dict[str, str]) -> onnx.NodeProto:
    """Copy a node with other names of values, also in its sub-graphs."""
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    del copy.input[:], copy.output[:]
    copy.input.extend(names.get(name, name) for name in node.input)
    copy.output.extend(names.get(name, name) for name in node.output)
    for attribute in copy.attribute:
        if attribute.type == AttributeProto.GRAPH:
            _rename_captured(attribute.g, names)
    return copy


def _rename_captured(graph: onnx.GraphProto, names: dict[str, str]) -> None:
    """Rename what a sub-graph reads from outside, in place."""
    inner = {value.name for value in graph.input} | {t.name for t in graph.initializer}
    inner |= {name for node in graph.node for name in node.output}
    outer = {name: other for name, other in names.items() if name not in inner}
    nodes = [_renamed(node, outer) for node in graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    for value in graph.output:
        value.name = outer.get(value.name, value.name)
