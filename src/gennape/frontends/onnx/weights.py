"""The numbers of an ONNX file beside its graph, so that a module of the graph computes the same."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator
from torch import Tensor

from gennape.frontends.onnx.document import MOST_NODES, OnnxNode
from gennape.frontends.onnx.functions import inline_functions
from gennape.frontends.onnx.tensor_part import TensorPart
from gennape.graph.execute.assembly import Weights
from gennape.utils.array_types import AnyArray

Names = Mapping[int, Sequence[str | TensorPart]]


def numbers_of(path: Path, names: Names) -> Weights:
    """Find the numbers of some fixed tensors, those that the file computes from others included.

    Args:
        path: The file.
        names: Their names, by node.

    Returns:
        By node, its tensors: what `ComputationGraph.to_module` takes.
    """
    model = onnx.load(str(path))
    inline_functions(model, path, MOST_NODES)
    wanted = {_name(part) for given in names.values() for part in given if part}
    values = dict(_computed(model, wanted))
    return {node: tuple(_tensor(part, values) for part in given) for node, given in names.items()}


def _name(part: str | TensorPart) -> str:
    return part.name if isinstance(part, TensorPart) else part


def _tensor(part: str | TensorPart, values: Mapping[str, AnyArray]) -> Tensor | None:
    value = values.get(_name(part))
    if value is None:
        return None
    return torch.from_numpy((part.of(value) if isinstance(part, TensorPart) else value).copy())


def _computed(model: onnx.ModelProto, wanted: set[str]) -> Iterator[tuple[str, AnyArray]]:
    """Stored tensors, and those that follow from them alone."""
    values = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    producers = {name: node for node in model.graph.node for name in node.output}
    for name in sorted(wanted):
        value = _value(model, name, values, producers)
        if value is not None:
            yield name, value


def _value(
    model: onnx.ModelProto,
    name: str,
    values: dict[str, AnyArray],
    producers: Mapping[str, onnx.NodeProto],
) -> AnyArray | None:
    """The numbers of one tensor; none where it depends on an input."""
    if name in values:
        return values[name]
    if name not in producers:
        return None
    node = OnnxNode.of(producers[name])
    arguments = {n: _value(model, n, values, producers) for n in node.used_names}
    known = {n: value for n, value in arguments.items() if value is not None}
    if len(known) < len(arguments):
        return None
    unknown = onnx.TypeProto()
    graph = onnx.helper.make_graph(
        [node.proto],
        "fixed",
        [onnx.helper.make_value_info(n, unknown) for n in known],
        [onnx.helper.make_value_info(n, unknown) for n in node.outputs if n],
    )
    single = onnx.helper.make_model(graph, opset_imports=list(model.opset_import))
    results: list[AnyArray] = ReferenceEvaluator(single).run(None, known)  # type: ignore[assignment]
    values.update(zip([n for n in node.outputs if n], results, strict=True))
    return values[name]
