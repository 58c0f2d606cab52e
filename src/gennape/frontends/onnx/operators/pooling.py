"""Pooling."""

from gennape.frontends.onnx.document import OnnxNode
from gennape.frontends.onnx.operators.windows import window_attributes
from gennape.frontends.onnx.reader import Reader, writes
from gennape.graph import Op


@writes("MaxPool")
def max_pool(reader: Reader, node: OnnxNode) -> None:
    """The maximum of each window."""
    attributes = window_attributes(reader, node, node.attributes["kernel_shape"])
    reader.emit(Op.MAX_POOL, node.inputs, node.outputs[0], axis=1, attributes=attributes)
    reader.also(node.outputs[1:], node.outputs[0])


@writes("AveragePool")
def avg_pool(reader: Reader, node: OnnxNode) -> None:
    """The mean of each window; padding counts only where the file says so."""
    attributes = window_attributes(reader, node, node.attributes["kernel_shape"])
    counts = bool(node.attributes.get("count_include_pad", 0)) or not any(attributes[4:8])
    details = {} if counts else {"count_include_pad": False}
    reader.emit(
        Op.AVG_POOL, node.inputs, node.outputs[0], axis=1, attributes=attributes, details=details
    )


@writes("GlobalAveragePool")
def global_avg_pool(reader: Reader, node: OnnxNode) -> None:
    """The mean over all positions."""
    reader.emit(Op.GLOBAL_AVG_POOL, node.inputs, node.outputs[0], axis=1)


@writes("GlobalMaxPool")
def global_max_pool(reader: Reader, node: OnnxNode) -> None:
    """The maximum over all positions."""
    reader.emit(Op.GLOBAL_MAX_POOL, node.inputs, node.outputs[0], axis=1)
