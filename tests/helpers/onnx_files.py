"""ONNX files written node by node, for tests."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Dims = Sequence[int | str] | None


def call(op: str, inputs: str, outputs: str, **attributes: Any) -> onnx.NodeProto:
    """A node; names are separated by spaces, `-` leaves one out."""
    names = ["" if name == "-" else name for name in inputs.split()]
    return helper.make_node(op, names, outputs.split(), **attributes)


def save_onnx(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    inputs: Mapping[str, Dims] | None = None,
    weights: Mapping[str, Any] | None = None,
    output: str = "y",
    opset: int = 17,
    integers: Collection[str] = (),
    domains: Mapping[str, int] | None = None,
) -> Path:
    """Write a model to `path`.

    Args:
        path: The file.
        nodes: Its nodes.
        inputs: Dimensions of its inputs; one image `x` of (1, 4, 8, 8) by default.
        weights: Initializers: a tuple is the shape of a float tensor, else the values.
        output: Name of the result.
        opset: Operator set version.
        integers: Inputs that hold whole numbers.
        domains: Versions of further operator sets.
    """
    inputs = {"x": (1, 4, 8, 8)} if inputs is None else inputs
    tensors = [
        numpy_helper.from_array(
            np.ones(value, dtype=np.float32) if isinstance(value, tuple) else np.asarray(value),
            name,
        )
        for name, value in (weights or {}).items()
    ]
    graph = helper.make_graph(
        list(nodes),
        "test",
        [
            helper.make_tensor_value_info(
                n, TensorProto.INT64 if n in integers else TensorProto.FLOAT, d
            )
            for n, d in inputs.items()
        ],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        tensors,
    )
    versions = {"": opset, **(domains or {})}
    opsets = [helper.make_opsetid(domain, version) for domain, version in versions.items()]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path
