"""The same network by every frontend has the same fingerprint."""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from torch import nn

from gennape.frontends import graph_of
from gennape.graph import ComputationGraph, Op
from gennape.graph.node import nodes_of
from gennape.testing import FrontendTests, SmallNetwork
from helpers.architectures import ARCHITECTURES, build

pytestmark = [
    pytest.mark.skipif(find_spec("timm") is None, reason="the architectures come from timm"),
    pytest.mark.skipif(find_spec("onnxscript") is None, reason="the ONNX exporter needs it"),
    pytest.mark.filterwarnings("ignore"),  # of the exporters
]


class _Architectures(FrontendTests):
    """Tests of a frontend on each of the architectures."""

    @pytest.fixture(autouse=True, params=ARCHITECTURES)
    def architecture(self, request: pytest.FixtureRequest) -> None:
        self.name = request.param

    def networks(self) -> list[SmallNetwork]:
        return [SmallNetwork(self.name, *build(self.name))]


class TestExportedProgram(_Architectures):
    def read(self, network: SmallNetwork, folder: Path) -> ComputationGraph:
        image = torch.zeros(1, *network.input_shape)
        return graph_of(torch.export.export(network.module, (image,)))


class _OnnxTests(_Architectures):
    """Tests of ONNX files of an exporter, whose options a subclass gives."""

    options: ClassVar[dict[str, Any]]

    def read(self, network: SmallNetwork, folder: Path) -> ComputationGraph:
        path = folder / "net.onnx"
        image = torch.zeros(1, *network.input_shape)
        torch.onnx.export(network.module, (image,), path, **self.options)
        return graph_of(path)


class TestOnnxByTorchScript(_OnnxTests):
    options: ClassVar[dict[str, Any]] = {"dynamo": False}


class TestOnnxOfAnOldOperatorSet(_OnnxTests):
    """Hard swish, layer norm and GELU are written as formulas."""

    options: ClassVar[dict[str, Any]] = {"dynamo": False, "opset_version": 12}

    @pytest.fixture(autouse=True, params=["mobilenet_v3", "convnext", "mixer", "poolformer"])
    def architecture(self, request: pytest.FixtureRequest) -> None:
        self.name = request.param


_SLOW = {"mobilenet_v2", "regnet", "inception", "convnext of timm", "ghostnet", "poolformer"}
_BY_DYNAMO = [
    pytest.param(name, marks=[pytest.mark.slow] if name in _SLOW else []) for name in ARCHITECTURES
]


class TestOnnxByDynamo(_OnnxTests):
    options: ClassVar[dict[str, Any]] = {"dynamo": True, "verbose": False, "external_data": False}

    @pytest.fixture(autouse=True, params=_BY_DYNAMO)
    def architecture(self, request: pytest.FixtureRequest) -> None:
        self.name = request.param


class TestModules(FrontendTests):
    """Small modules, and files that hold no network."""

    def read(self, network: SmallNetwork, folder: Path) -> ComputationGraph:
        return graph_of(network.module, network.input_shape)

    def unreadable(self, folder: Path) -> dict[str, Callable[[], object]]:
        (folder / "text.onnx").write_text("no network")
        (folder / "text.pt2").write_text("no network")
        (folder / "empty.onnx").touch()
        (folder / "empty.pt2").touch()
        files = [
            folder / f"{name}.{kind}"
            for name in ("absent", "text", "empty")
            for kind in ("onnx", "pt2")
        ]
        return {path.name: partial(graph_of, path) for path in files}


class Language(nn.Module):
    """An embedding shared with the head, experts by rows, and the last token's state."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(50, 16)
        self.experts = nn.Parameter(torch.zeros(4, 16, 16))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.embedding(ids)
        scores = (x @ self.embedding.weight.T).softmax(-1)
        x = x.clone()
        x[:, 0] = scores[:, 0, :16]
        last = (ids == 7).int().argmax(-1)
        return x[torch.arange(x.shape[0]), last]


def test_a_language_model_by_module_and_program(tmp_path: Path) -> None:
    module, ids = Language().eval(), torch.zeros(1, 12, dtype=torch.int64)
    graph = graph_of(module, inputs=ids)
    program = torch.export.export(module, (ids,))
    torch.export.save(program, tmp_path / "language.pt2")
    assert graph_of(program).fingerprint == graph.fingerprint
    assert graph_of(tmp_path / "language.pt2").fingerprint == graph.fingerprint
    assert graph.macs == 12 * 16 * 50


@pytest.mark.skipif(not hasattr(torch, "_grouped_mm"), reason="this PyTorch has no grouped_mm")
def test_products_with_one_matrix_for_each_group_of_rows() -> None:
    class Experts(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weights = nn.Parameter(torch.zeros(4, 16, 24))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            ends = torch.tensor([2, 4, 6, 10], dtype=torch.int32)
            return torch._grouped_mm(x[0], self.weights, offs=ends)

    graph = graph_of(Experts(), (10, 16))
    assert graph.macs == 10 * 16 * 24
    assert graph.parameters == 4 * 16 * 24


def test_a_bias_times_nothing_is_left_out_of_every_product() -> None:
    class Products(nn.Module):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name
            self.bias = nn.Parameter(torch.zeros(5, 5) if name != "addmv" else torch.zeros(5))
            self.matrix = nn.Parameter(torch.zeros(5) if name == "addmv" else torch.zeros(5, 5))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            matrix = self.matrix[None] if self.name == "addbmm" else self.matrix
            x = x if self.name == "addbmm" else x[0]
            product: torch.Tensor = getattr(torch, self.name)(self.bias, x, matrix, beta=0)
            return product

    for name in ("addmm", "addmv", "addbmm"):
        nodes = nodes_of(graph_of(Products(name), (5, 5)))
        assert Op.ADD not in {node.op for node in nodes}


def test_truth_values_and_places_by_module_and_program() -> None:
    """Operators of Python and elements overwritten at computed places, as experts are chosen by."""

    class Chosen(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            order = x[0, 0].argsort()
            places = torch.empty_like(order)
            places[order] = torch.arange(order.shape[0])
            kept = (x > 0) & ~(x > 1)
            return x[..., places // 2] * kept

    x = torch.randn(1, 4, 6)
    graph = graph_of(Chosen(), (4, 6))
    assert graph_of(torch.export.export(Chosen(), (x,))).fingerprint == graph.fingerprint
    assert "and" not in graph.unknown_operations
