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


@converts(*_BY_CHANNEL)
def norm_of_channels(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a norm of x, scale, bias, and statistics that are measured, not learned."""
    groups = node.attributes.get("num_groups", 1)
    converter.emit(
        _BY_CHANNEL[node.op],
        node.inputs[:1],
        node.outputs[0],
        axis=1,
        read_axis=1,
        attributes=(*NO_ATTRIBUTES[:-2], groups, 1),
        weights=node.inputs[1:3],
    )


@converts(*_BY_POSITION)
def norm_of_positions(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write a norm of x, scale and perhaps bias; the channels are last."""
    weights = tuple(filter(None, node.inputs[1:3]))
    last = len(converter.dims(node.inputs[0])) - 1
    converter.emit(
        _BY_POSITION[node.op],
        node.inputs[:1],
        node.outputs[0],
        axis=last,
        read_axis=last,
        attributes=(*NO_ATTRIBUTES[:-1], int(len(weights) > 1)),
        weights=weights,
    )


@converts("LRN")
def local_response_norm(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write normalisation over neighbouring channels."""
    converter.emit(Op.LOCAL_RESPONSE_NORM, node.inputs, node.outputs[0])


@converts("LpNormalization")
def normalize(converter: OnnxConverter, node: OnnxNode) -> None:
    """Write division by the norm of a vector."""
    converter.emit(Op.NORMALIZE, node.inputs, node.outputs[0])
