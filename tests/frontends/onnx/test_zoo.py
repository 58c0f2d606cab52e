"""The real networks shipped inside the onnx package, against an independent count."""

from math import prod
from pathlib import Path

import onnx
import pytest
from onnx import numpy_helper, shape_inference

from gennape.frontends.onnx.reader import read_onnx
from gennape.graph import canonical

_FOLDER = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
_PUBLISHED = {  # parameters, MACs
    "light_bvlc_alexnet": (60_965_224, 654_560_384),
    "light_resnet50": (25_557_032, 4_089_184_256),
    "light_squeezenet": (1_235_496, 349_151_936),
    "light_vgg19": (143_667_240, 19_632_062_464),
}
_NAMES = [
    "bvlc_alexnet",
    "densenet121",
    "inception_v1",
    "inception_v2",
    "resnet50",
    "shufflenet",
    "squeezenet",
    "vgg19",
    "zfnet512",
]


def _counted(path: Path) -> tuple[int, int]:
    """Parameters and MACs by a walk over the protobuf."""
    graph = shape_inference.infer_shapes(onnx.load(path)).graph
    dims = {
        value.name: [d.dim_value for d in value.type.tensor_type.shape.dim]
        for value in (*graph.input, *graph.value_info, *graph.output)
    }
    stored = {tensor.name: tensor for tensor in graph.initializer}
    weights = {name: prod(t.dims) for name, t in stored.items() if t.data_type == 1}
    statistics: set[str] = set()
    macs = 0
    for node in graph.node:
        if node.op_type == "ConstantOfShape":
            shape = numpy_helper.to_array(stored[node.input[0]]).tolist()
            dims[node.output[0]] = shape
            weights[node.output[0]] = prod(shape)
        elif node.op_type == "BatchNormalization":
            statistics |= set(node.input[3:5])
        elif node.op_type == "Conv":
            macs += prod(dims[node.output[0]]) * prod(dims[node.input[1]][1:])
        elif node.op_type == "Gemm":
            transposed = any(a.name == "transB" and a.i for a in node.attribute)
            macs += prod(dims[node.output[0]]) * dims[node.input[1]][1 if transposed else 0]
    learned = sum(size for name, size in weights.items() if size > 1 and name not in statistics)
    return learned, macs


@pytest.mark.parametrize("name", _NAMES)
def test_costs_of_real_networks(name: str) -> None:
    path = _FOLDER / f"light_{name}.onnx"
    graph = read_onnx(path)
    assert (graph.parameters, graph.macs) == _counted(path)
    assert not graph.unknown_operations
    form = canonical(graph)
    assert (form.parameters, form.macs) == (graph.parameters, graph.macs)


@pytest.mark.parametrize("name", _PUBLISHED)
def test_costs_equal_the_published_ones(name: str) -> None:
    graph = read_onnx(_FOLDER / f"{name}.onnx")
    assert (graph.parameters, graph.macs) == _PUBLISHED[name]


def test_all_networks_of_the_package_are_covered() -> None:
    assert sorted(path.stem for path in _FOLDER.glob("*.onnx")) == [f"light_{n}" for n in _NAMES]
