"""Control flow written out: the branch of an If, the steps of a Loop or Scan.

Then their bodies have shapes and costs as all other nodes. Of an If whose condition depends on
the input, the costlier branch counts; a Loop whose number of steps does is one step, and says that
its cost is a lower bound.
"""

from collections.abc import Callable, Iterable, Iterator
from math import prod
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from gennape.frontends.onnx.document import PRIVATE, OnnxNode, captured_names
from gennape.frontends.onnx.nodes import NodeBudget, renamed, tensors_within, weight
from gennape.frontends.onnx.order import sorted_nodes, sorted_parts
from gennape.frontends.onnx.shapes import KnownValues

MOST_NODES = 20_000
"""Steps of a loop are written out up to so many nodes."""
_LONGEST_NAME = 64
_OF_A_BRANCH = 25
"""Nodes that take as long as what is done for each branch."""

_CONTROL = frozenset({"If", "Loop", "Scan"})

CostOf = Callable[[onnx.ModelProto, NodeBudget], int]


def expand_control_flow(
    model: onnx.ModelProto, path: Path, cost_of: CostOf, budget: NodeBudget
) -> None:
    """Replace the control flow of a graph by the nodes that run, in place.

    Args:
        model: The model, its inputs bound.
        path: The file, for messages.
        cost_of: Gives the multiply-accumulates of a model, to compare branches.
        budget: How many nodes may be written out.

    Raises:
        FrontendError: The model contradicts itself, or unfolds to too many nodes.
    """
    if not any(map(_is_control, model.graph.node)):
        return
    nodes = sorted_nodes(model.graph, path)
    known = KnownValues(model, nodes, path)
    flow = _Flow(model, known, cost_of, budget)
    waiting = nodes[::-1]
    written = []
    while waiting:
        node = waiting.pop()
        if _is_control(node.proto):
            waiting.extend(reversed(sorted_parts(flow.parts(node), path)))
        else:
            known.follow(node)
            written.append(node.proto)
    del model.graph.node[:]
    model.graph.node.extend(written)


def _is_control(node: onnx.NodeProto) -> bool:
    return node.op_type in _CONTROL and node.domain in ("", "ai.onnx")


class _Flow:
    """Writes control flow out.

    Args:
        model: The model; it takes the stored tensors of bodies.
        known: What is known of its values.
        cost_of: Gives the multiply-accumulates of a model.
        budget: How many nodes may be written out.
    """

    def __init__(
        self, model: onnx.ModelProto, known: KnownValues, cost_of: CostOf, budget: NodeBudget
    ) -> None:
        self._graph = model.graph
        self._model = model
        self._known = known
        self._cost_of = cost_of
        self._budget = budget
        self._count = 0
        self._states: list[onnx.NodeProto] = []
        self._tensors = {tensor.name: tensor for tensor in model.graph.initializer}

    def parts(self, node: OnnxNode) -> list[onnx.NodeProto]:
        """Return the nodes that stand for `node`."""
        write = {"If": self._branch, "Loop": self._loop, "Scan": self._scan}[node.op]
        parts = list(write(node))
        parts = [*self._states, *parts]
        self._states = []
        return parts

    def _branch(self, node: OnnxNode) -> Iterator[onnx.NodeProto]:
        """Write one branch of an If."""
        branches = [node.attributes["then_branch"], node.attributes["else_branch"]]
        condition = self._known.static.value(node.inputs[0])
        if condition is not None:
            body = branches[0 if condition.any() else 1]
            yield from self._body(body, {}, zip(body.output, node.outputs, strict=True))
            return
        costs = [self._cost_of(self._alone(branch), self._budget) for branch in branches]
        chosen = int(np.argmax(costs))
        body, other = branches[chosen], branches[1 - chosen]
        results = [self._name(output) for output in node.outputs]
        yield from self._body(body, {}, zip(body.output, results, strict=True))
        weights = self._weights(other)
        for result, output in zip(results, node.outputs, strict=True):
            yield helper.make_node("Branch", [result, *weights], [output], domain=PRIVATE)

    def _weights(self, body: onnx.GraphProto) -> list[str]:
        """Return the names of the stored tensors that a branch which is left out uses."""
        names = self._stored(body, tensors_within(body))
        inner = {name: names.get(name, name) for name in (*names, *captured_names(body))}
        return [
            name for name in inner.values() if name in self._tensors and self._tensors[name].dims
        ]

    def _alone(self, body: onnx.GraphProto) -> onnx.ModelProto:
        """Make a model of a body: tensors from outside it are its inputs."""
        graph = onnx.GraphProto()
        graph.CopyFrom(body)
        for name in dict.fromkeys(captured_names(body)):
            if name in self._tensors:
                graph.initializer.append(self._tensors[name])
            elif name in self._known.dims:
                dims = self._known.dims[name]
                value = helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, dims)
                graph.input.append(value)
        self._budget.spend(_OF_A_BRANCH + weight(body.node) + graph.ByteSize() // 1024)
        model = onnx.ModelProto(ir_version=self._model.ir_version, graph=graph)
        model.opset_import.extend(self._model.opset_import)
        return model

    def _loop(self, node: OnnxNode) -> Iterator[onnx.NodeProto]:
        """Write the steps of a Loop."""
        body = node.attributes["body"]
        limit = self._known.static.value(node.inputs[0]) if node.inputs[0] else None
        steps = None if limit is None else int(limit.ravel()[0])
        certain = self._is_written(steps, body)
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
        dims = self._known.dims.get(sequences[0])
        steps = None if dims is None else dims[axes[0]]
        certain = self._is_written(steps, body)
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

    def _is_written(self, steps: int | None, body: onnx.GraphProto) -> bool:
        """Tell whether all steps of a loop are written out: they are known and not too many."""
        if steps is None:
            return False
        return steps * max(weight(body.node), 1) <= min(MOST_NODES, self._budget.left)

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
        return f"{name[:_LONGEST_NAME]}/{id(self)}/{self._count}"

    def _constant(
        self, value: "np.generic | np.ndarray[tuple[int, ...], np.dtype[np.int64]]"
    ) -> str:
        """Store a small tensor; return its name."""
        name = self._name("constant")
        self._store(numpy_helper.from_array(np.asarray(value), name))
        return name

    def _store(self, tensor: onnx.TensorProto) -> None:
        """Make a tensor one of the model's."""
        self._graph.initializer.append(tensor)
        self._tensors[tensor.name] = tensor
        self._known.static.store(tensor)

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
        self._budget.spend(1 + weight(body.node))
        names = {**names, **self._stored(body, body.initializer)}
        for node in body.node:
            for output in filter(None, node.output):
                names[output] = self._name(output)
        for node in body.node:
            yield renamed(node, names)
        for value, name in results:
            if name:
                inner = names.get(value.name, value.name)
                yield helper.make_node("Identity", [inner], [name])

    def _stored(self, body: onnx.GraphProto, tensors: Iterable[onnx.TensorProto]) -> dict[str, str]:
        """Store tensors of a body in the model, once; return their new names."""
        names = {}
        for tensor in tensors:
            name = names[tensor.name] = f"{tensor.name}/{body.name}/{prod(tensor.dims)}"
            if name not in self._tensors:
                copy = onnx.TensorProto()
                copy.CopyFrom(tensor)
                copy.name = name
                self._store(copy)
        return names

    def _initial(self, names: Iterable[str]) -> list[str]:
        """Return the names of first states; zeros that are stored are no weights."""
        return [self._zeros(self._tensors[n]) if n in self._tensors else n for n in names]

    def _zeros(self, tensor: onnx.TensorProto) -> str:
        """Return the name of a tensor: of a constant, if it holds nothing but zeros."""
        value = self._known.static.value(tensor.name)
        if value is None or value.any():
            return tensor.name
        name = self._name(tensor.name)
        self._states.append(helper.make_node("Constant", [], [name], value=tensor))
        return name
