"""A computation graph from an ONNX file."""

from os import PathLike
from pathlib import Path

from gennape.frontends.errors import FrontendError
from gennape.frontends.onnx import operators  # noqa: F401  (registers the rules)
from gennape.frontends.onnx.converter import OnnxConverter, OnnxNetwork
from gennape.frontends.onnx.document import load
from gennape.frontends.onnx.inputs import bind_inputs, network_inputs
from gennape.frontends.onnx.order import sorted_nodes
from gennape.frontends.onnx.shapes import infer
from gennape.graph import ComputationGraph, GraphError


def read_onnx(
    path: str | PathLike[str], input_shape: tuple[int, ...] | None = None
) -> ComputationGraph:
    """Read the network in an ONNX file, from its structure alone.

    No weight is loaded and nothing is run. Symbolic batch dimensions are set to 1.

    Args:
        path: The file.
        input_shape: Sizes of one sample of the first input without the batch, such as
            (3, 224, 224); needed where the file leaves them open.

    Returns:
        The graph as exported; `canonical` makes it comparable with other frontends.

    Raises:
        FrontendError: The file is not ONNX, is cut off, or holds no valid network, or
            the size of its input is unknown.
    """
    path = Path(path)
    model = load(path)
    nodes = sorted_nodes(model.graph, path)
    bind_inputs(model.graph, input_shape, path)
    dims, static = infer(model, nodes, path)
    network = OnnxNetwork(
        name=str(path),
        inputs=[value.name for value in network_inputs(model.graph)],
        outputs=[value.name for value in model.graph.output],
        nodes=nodes,
        dims=dims,
        static=static,
    )
    try:
        return OnnxConverter(network).graph(path.stem)
    except GraphError as error:
        raise FrontendError(f"{path}: {error}; check the file or the given input size") from error
