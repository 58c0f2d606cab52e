"""A computation graph from an ONNX file."""

import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from os import PathLike
from pathlib import Path

import onnx

from gennape.frontends.batch_axis import BatchAxis, BatchError, batch_candidates
from gennape.frontends.errors import FrontendError
from gennape.frontends.inputs import NetworkInputs
from gennape.frontends.onnx import classic, microsoft, operators  # noqa: F401  (register rules)
from gennape.frontends.onnx.control_flow import expand_control_flow
from gennape.frontends.onnx.converter import OnnxConverter
from gennape.frontends.onnx.document import import_domains, load
from gennape.frontends.onnx.extent import counted_extent
from gennape.frontends.onnx.fused import expand_fused
from gennape.frontends.onnx.inputs import bind_inputs, network_inputs, open_batch_error
from gennape.frontends.onnx.nodes import NodeBudget
from gennape.frontends.onnx.order import sorted_nodes
from gennape.frontends.onnx.shapes import infer
from gennape.frontends.onnx.tensor_part import TensorPart
from gennape.frontends.onnx.values import OnnxNetwork
from gennape.graph import ComputationGraph, GraphError
from gennape.utils.errors import reading

NamedGraph = tuple[ComputationGraph, Mapping[int, Sequence[str | TensorPart]]]
"""A graph, and the names of the fixed tensors that each of its nodes works with."""


def read_onnx(path: str | PathLike[str], inputs: NetworkInputs | None = None) -> ComputationGraph:
    """Read the network in an ONNX file, from its structure alone.

    No weight is loaded and nothing is run. An open first dimension that every input and
    result shares is the batch, and set to 1.

    Args:
        path: The file.
        inputs: Shapes by position or by name; needed where the file leaves them open.

    Returns:
        The graph as exported; `canonical` makes it comparable with other frontends.

    Raises:
        FrontendError: The file is not ONNX, is cut off, or holds no valid network, or
            the size of its input is unknown.
    """
    path = Path(path)
    return read_with_names(path, inputs)[0]


def read_with_names(path: Path, inputs: NetworkInputs | None = None) -> NamedGraph:
    """Read a file, and keep the names of the fixed tensors that each node works with.

    Raises:
        FrontendError: As `read_onnx`.
    """
    if not path.is_file():
        raise FrontendError(f"{path} does not exist; check the path of the ONNX file")
    with reading(path, FrontendError, "an ONNX network", "check the file, or export it again"):
        model = load(path)
        as_written = onnx.ModelProto()
        as_written.CopyFrom(model)
        if bind_inputs(model.graph, inputs, path) and _mixes_samples(as_written, inputs, path):
            raise open_batch_error(as_written.graph, path)
        return _read(model, path)


def _read(model: onnx.ModelProto, path: Path) -> NamedGraph:
    """Read a model with bound inputs."""
    network = prepared(model, path)
    for node in network.extent.ends:
        warnings.warn(
            f"{path} is counted up to {node.title}, the size of whose result depends on the data",
            stacklevel=4,
        )
    dims = [network.dims[name] for name in network.inputs]
    for axis, size in batch_candidates(dims):
        with suppress(BatchError):
            return _converted(network, path, size, BatchAxis(axis))
    return _converted(network, path)


def prepared(model: onnx.ModelProto, path: Path, budget: NodeBudget | None = None) -> OnnxNetwork:
    """Decode the nodes of a model with bound inputs, and infer its shapes."""
    _refuse_classic(model.graph, path)
    expand_fused(model.graph)
    import_domains(model)
    expand_control_flow(model, path, partial(_cost, path=path), budget or NodeBudget(path))
    nodes = sorted_nodes(model.graph, path)
    known = infer(model, nodes, path)
    outputs = [value.name for value in model.graph.output]
    return OnnxNetwork(
        name=str(path),
        inputs=[value.name for value in network_inputs(model.graph)],
        outputs=outputs,
        nodes=nodes,
        dims=known.dims,
        static=known.static,
        extent=counted_extent(nodes, outputs, known.dims, known.static),
    )


def _refuse_classic(graph: onnx.GraphProto, path: Path) -> None:
    """Refuse models that are no neural networks."""
    kinds = {"Tree": "a forest", "SVM": "a support vector machine"}
    for node in graph.node:
        for start, kind in kinds.items():
            if node.domain == "ai.onnx.ml" and node.op_type.startswith(start):
                raise FrontendError(
                    f"{path} holds {kind} ({node.op_type}), which is no neural network; give a "
                    "network"
                )


def _cost(model: onnx.ModelProto, budget: NodeBudget, path: Path) -> int:
    """Count the multiply-accumulates of one branch; 0 where it cannot be read by itself."""
    try:
        return _converted(prepared(model, path, budget), path)[0].macs
    except (FrontendError, StopIteration):
        return 0


def _converted(
    network: OnnxNetwork, path: Path, batch: int = 1, place: BatchAxis | None = None
) -> NamedGraph:
    """Convert a network whose inputs hold `batch` samples; see `read_with_names`.

    Raises:
        BatchError: They do not, or what happens to them is not known.
        FrontendError: The nodes do not make a network.
    """
    try:
        converter = OnnxConverter(network.fresh(), batch, place)
        return converter.graph(path.stem), converter.tensors
    except GraphError as error:
        raise FrontendError(f"{path}: {error}; check the file or the given input size") from error


def _mixes_samples(model: onnx.ModelProto, inputs: NetworkInputs | None, path: Path) -> bool:
    """Tell whether an open first dimension, two of which are tried, is no batch.

    Where it cannot be followed it is taken for one, as exporters leave it open.
    """
    trial = onnx.ModelProto()
    trial.CopyFrom(model)
    try:
        bind_inputs(trial.graph, inputs, path, batch=2)
        _converted(prepared(trial, path), path, 2, BatchAxis(0))
    except BatchError as error:
        return "loses" not in str(error)
    except FrontendError:
        return False
    return False
