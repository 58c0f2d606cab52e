"""Small networks as files, for tests of several rooms."""

import onnx
from onnx import TensorProto, helper


def small_onnx(height: int | str = 16, nodes: list[onnx.NodeProto] | None = None) -> bytes:
    """An ONNX file: a 3x3 convolution of 3 channels to 8, ReLU and global average pool."""
    if nodes is None:
        nodes = [
            helper.make_node("Conv", ["image", "weight"], ["conv"], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["conv"], ["relu"]),
            helper.make_node("GlobalAveragePool", ["relu"], ["result"]),
        ]
    weight = helper.make_tensor("weight", TensorProto.FLOAT, [8, 3, 3, 3], [0.0] * 216)
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, height, 16])],
        [helper.make_tensor_value_info("result", TensorProto.FLOAT, None)],
        [weight],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    return model.SerializeToString()
