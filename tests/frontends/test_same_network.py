"""The same network by every frontend has the same fingerprint."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from torch import nn

from architectures import ARCHITECTURES, build
from gennape.frontends import graph_of
from gennape.graph import ComputationGraph

pytestmark = [
    pytest.mark.skipif(find_spec("timm") is None, reason="the architectures come from timm"),
    pytest.mark.skipif(find_spec("onnxscript") is None, reason="the ONNX exporter needs it"),
    pytest.mark.filterwarnings("ignore"),  # of the exporters
]

_Traced = tuple[nn.Module, torch.Tensor, ComputationGraph]


@cache
def _traced(name: str) -> _Traced:
    module, shape = build(name)
    return module, torch.zeros(1, *shape), graph_of(module, shape)


@pytest.fixture(params=ARCHITECTURES)
def traced(request: pytest.FixtureRequest) -> _Traced:
    return _traced(request.param)


def _assert_same_network(graph: ComputationGraph, traced: ComputationGraph) -> None:
    assert graph.fingerprint == traced.fingerprint
    assert graph.macs == traced.macs
    assert not graph.unknown_operations


def test_exported_program(traced: _Traced) -> None:
    module, image, graph = traced
    _assert_same_network(graph_of(torch.export.export(module, (image,))), graph)


def test_onnx_by_torchscript(traced: _Traced, tmp_path: Path) -> None:
    module, image, graph = traced
    path = tmp_path / "net.onnx"
    torch.onnx.export(module, (image,), path, dynamo=False)
    _assert_same_network(graph_of(path), graph)


@pytest.mark.parametrize("name", ["mobilenet_v3", "convnext", "mixer", "poolformer"])
def test_onnx_of_an_old_operator_set(name: str, tmp_path: Path) -> None:
    """Without hard swish, layer norm and GELU, which are written as formulas."""
    module, image, graph = _traced(name)
    path = tmp_path / "net.onnx"
    torch.onnx.export(module, (image,), path, dynamo=False, opset_version=12)
    _assert_same_network(graph_of(path), graph)


_SLOW = {"mobilenet_v2", "regnet", "inception", "convnext of timm", "ghostnet", "poolformer"}
_BY_DYNAMO = [
    pytest.param(name, marks=[pytest.mark.slow] if name in _SLOW else []) for name in ARCHITECTURES
]


@pytest.mark.parametrize("name", _BY_DYNAMO)
def test_onnx_by_dynamo(name: str, tmp_path: Path) -> None:
    module, image, graph = _traced(name)
    path = tmp_path / "net.onnx"
    torch.onnx.export(module, (image,), path, dynamo=True, verbose=False, external_data=False)
    _assert_same_network(graph_of(path), graph)


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
