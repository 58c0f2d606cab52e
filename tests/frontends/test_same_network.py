"""The same network by every frontend has the same fingerprint."""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch

from architectures import ARCHITECTURES, build
from gennape.frontends import graph_of
from gennape.graph import ComputationGraph
from gennape.testing import FrontendTests, SmallNetwork

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
