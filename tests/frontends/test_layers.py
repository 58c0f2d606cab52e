"""Names of layers, by every way of reading a network."""

from pathlib import Path

import onnx
import pytest
import torch
from torch import Tensor, nn

from gennape.frontends import graph_of
from gennape.frontends.onnx.layers import layer_of
from gennape.frontends.torch.layer_names import layer_in_stack, layer_of_path
from gennape.graph import ComputationGraph, Op


class _Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.act = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.conv(x) + x)


class _Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 1)
        self.stages = nn.Sequential(_Block(), nn.Sequential(_Block()))

    def forward(self, x: Tensor) -> Tensor:
        return self.stages(self.stem(x)).tanh()


_INPUT = torch.zeros(1, 3, 8, 8)
_EXPECTED = [
    ("input", ""),
    ("conv", "stem"),
    ("conv", "stages.0.conv"),
    ("add", "stages.0"),
    ("relu", "stages.0.act"),
    ("conv", "stages.1.0.conv"),
    ("add", "stages.1.0"),
    ("relu", "stages.1.0.act"),
    ("tanh", ""),
    ("output", ""),
]


def _named(graph: ComputationGraph) -> list[tuple[str, str]]:
    operations = [Op(number).name.lower() for number in graph.operations.tolist()]
    return list(zip(operations, graph.layers, strict=True))


def test_a_module() -> None:
    assert _named(graph_of(_Network(), (3, 8, 8))) == _EXPECTED


def test_an_exported_program_and_its_file(tmp_path: Path) -> None:
    program = torch.export.export(_Network().eval(), (_INPUT,))
    torch.export.save(program, tmp_path / "network.pt2")
    assert _named(graph_of(program)) == _EXPECTED
    assert _named(graph_of(tmp_path / "network.pt2")) == _EXPECTED


@pytest.mark.parametrize("dynamo", [False, True])
def test_onnx_files(tmp_path: Path, dynamo: bool) -> None:
    path = tmp_path / "network.onnx"
    torch.onnx.export(_Network().eval(), (_INPUT,), path, dynamo=dynamo, verbose=False)
    assert _named(graph_of(path)) == _EXPECTED


def test_layers_of_a_module_that_was_traced_before_stay_its_own() -> None:
    inner, outer = _Network(), nn.Sequential(_Network())
    graph_of(inner, (3, 8, 8))
    assert _named(graph_of(outer, (3, 8, 8)))[1] == ("conv", "0.stem")
    inner(_INPUT)  # no hook is left that would fail


@pytest.mark.parametrize(
    ("path", "layer"),
    [
        ("", ""),
        ("L['self']", ""),
        ("L['self'].layer1[0].conv", "layer1.0.conv"),
        ("L__self___layer1.0", "layer1.0"),
        ("layer1.0.conv", "layer1.0.conv"),
    ],
)
def test_paths_of_module_stacks(path: str, layer: str) -> None:
    assert layer_of_path(path) == layer


def test_the_innermost_layer_of_a_stack_in_a_file() -> None:
    assert layer_in_stack("L__self__,,torch.nn.M;L__self___a,a,torch.nn.A") == "a"
    assert layer_in_stack("") == layer_in_stack("nonsense") == ""


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("/layer1/layer1.0/conv1/Conv", "layer1.0.conv1"),
        ("/blocks.0/attn/MatMul_1", "blocks.0.attn"),
        ("/Add", ""),
        ("model/block1/Conv2D", "model/block1/Conv2D"),
        ("", ""),
    ],
)
def test_names_of_onnx_nodes(name: str, layer: str) -> None:
    assert layer_of(onnx.helper.make_node("Relu", ["x"], ["y"], name=name)) == layer


@pytest.mark.parametrize(
    "scopes", ["", "[", "7", "[1, 2]", "['a']", "__import__('os')", "(" * 5000]
)
def test_scopes_that_name_no_layer(scopes: str) -> None:
    node = onnx.helper.make_node("Relu", ["x"], ["y"], name="node_relu")
    node.metadata_props.add(key="pkg.torch.onnx.name_scopes", value=scopes)
    assert layer_of(node) == ""
