"""Normalisations."""

from gennape.frontends.onnx.converter import OnnxConverter, converts
from gennape.frontends.onnx.document import OnnxNode
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES

_BY_CHANNEL = {
    "BatchNormalization": Op.BATCH_NORM,
    "InstanceNormalization": Op.INSTANCE_NORM,
    "GroupNormalization": Op.GROUP_NORM,
}
_BY_POSITION = {
    "LayerNormalization": Op.LAYER_NORM,
    "RMSNormalization": Op.RMS_NORM,
    "SimplifiedLayerNormalization": Op.RMS_NORM,
}


def eps_details(node: OnnxNode) -> dict[str, object]:
    """State what is added to the variance, unless it is PyTorch's default."""
    eps = float(f"{node.attributes.get('epsilon', 1e-5):.7g}")  # as written before it was rounded
    is_default = eps == 1e-5 and node.op not in _ROOT_MEAN_SQUARE
    return {} if is_default else {"eps": eps}


_ROOT_MEAN_SQUARE = ("RMSNormalization", "SimplifiedLayerNormalization")


@converts(*_BY_CHANNEL)
def norm_of_channels(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a norm of x, scale, bias, and statistics that are measured, not learned."""
    groups = node.attributes.get("num_groups", 1)
    details = eps_details(node)
    if converter.dims(node.inputs[1])[0] != converter.dims(node.inputs[0])[1]:
        details["not_executable"] = "a scale for every group of channels"
    converter.emit(
        _BY_CHANNEL[node.op],
        node.inputs[:1],
        node.outputs[0],
        axis=1,
        read_axis=1,
        attributes=(*NO_ATTRIBUTES[:-2], groups, 1),
        weights=node.inputs[1:3],
        details=details,
    )
    if node.op == "BatchNormalization":
        converter.keep(node.outputs[0], *node.inputs[3:5])


@converts(*_BY_POSITION)
def norm_of_positions(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a norm of x, scale and perhaps bias; the channels are last."""
    weights = tuple(filter(None, node.inputs[1:3]))
    dims = converter.dims(node.inputs[0])
    last = len(dims) - 1
    details = eps_details(node)
    if (axis := node.attributes.get("axis", -1) % len(dims)) != last:
        details["normalized_shape"] = list(dims[axis:])
    converter.emit(
        _BY_POSITION[node.op],
        node.inputs[:1],
        node.outputs[0],
        axis=last,
        read_axis=last,
        attributes=(*NO_ATTRIBUTES[:-1], int(len(weights) > 1)),
        weights=weights,
        details=details,
    )


@converts("LRN")
def local_response_norm(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write normalisation over neighbouring channels."""
    given = node.attributes
    details = {"size": given["size"], "alpha": given.get("alpha", 1e-4)}
    details |= {"beta": given.get("beta", 0.75), "k": given.get("bias", 1.0)}
    converter.emit(Op.LOCAL_RESPONSE_NORM, node.inputs, node.outputs[0], details=details)


@converts("LpNormalization")
def normalize(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write division by the norm of a vector."""
    rank = len(converter.dims(node.inputs[0]))
    axis = node.attributes.get("axis", -1) % rank
    details = {"p": float(node.attributes.get("p", 2)), "axis": axis}
    converter.emit(Op.NORMALIZE, node.inputs, node.outputs[0], details=details)
