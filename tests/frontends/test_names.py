"""Networks by name."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch

from gennape import graph_of, spaces
from gennape.frontends import FrontendError
from gennape.utils.optional_imports import import_library

needs_timm = pytest.mark.skipif(find_spec("timm") is None, reason="needs the extra zoo")

CELL = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|nor_conv_1x1~0|avg_pool_3x3~1|skip_connect~2|"


def test_architecture_of_a_family() -> None:
    graph = graph_of(f"nasbench201:{CELL}")
    space = spaces.get("nasbench201")
    assert graph.fingerprint == space.graph(space.parse(CELL)).fingerprint


@pytest.mark.parametrize("text", ["c3@2-c5@2/c3@2-c5+c1@2", "c3+max@2-s5-r2k3@2/d3@2-c5+c1@2"])
def test_architectures_may_end_like_a_stated_input(text: str) -> None:
    family = spaces.get("two_path")
    graph = graph_of(f"two_path:{text}")
    assert graph.fingerprint == family.graph(family.parse(text)).fingerprint


@needs_timm
def test_models_of_the_libraries() -> None:
    graph = graph_of("timm:resnet18")
    assert graph.name == "timm:resnet18"
    assert graph.parameters == 11_689_512  # as published with the model
    assert graph.fingerprint == graph_of("torchvision:resnet18").fingerprint
    assert graph.fingerprint == graph_of("pytorchcv:resnet18").fingerprint
    assert graph_of("torchvision:resnet18", (3, 64, 64)).macs < graph.macs


@needs_timm
@pytest.mark.parametrize(
    ("name", "side"), [("timm:test_vit", 160), ("pytorchcv:resnet20_cifar10", 32)]
)
def test_models_know_their_input(name: str, side: int) -> None:
    first = graph_of(name).attributes[0]
    assert first[12:15].tolist() == [3, side, side]


FACTORIES = """
import torch
from torch import nn

def small():
    return nn.Conv2d(3, 4, 3)

def needs_values():
    return nn.Linear(int(torch.ones(3).sum()), 4)

class Shifted(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("shift", torch.tensor(0.5))

    def forward(self, x):
        return x + self.shift.item()

def broken():
    raise KeyError("width")

def number():
    return 42
"""


@pytest.fixture
def factories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module in the working directory."""
    (tmp_path / "my_nets.py").write_text(FACTORIES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "my_nets", raising=False)
    return "my_nets"


def test_factory(factories: str) -> None:
    assert graph_of(f"{factories}:small", (3, 8, 8)).parameters == 112
    assert "" not in sys.path


def test_factories_may_need_values(factories: str) -> None:
    assert graph_of(f"{factories}:needs_values", (3,)).parameters == 16
    with pytest.warns(UserWarning, match="run on zeros"):
        graph = graph_of(f"{factories}:Shifted", (3, 8, 8))
    assert graph.details[1] == {"shift": 0.5}


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        ("broken", "my_nets:broken failed .KeyError: 'width'"),
        ("number", "my_nets:number returned a int"),
        ("smal", "no factory 'smal'; did you mean small"),
        ("small", "input_shape"),
    ],
)
def test_bad_factory(factories: str, factory: str, message: str) -> None:
    with pytest.raises(FrontendError, match=message):
        graph_of(f"{factories}:{factory}")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("resnet18", "did you mean timm:resnet18"),
        ("nasbench102:c3/01-12", "did you mean nasbench101"),
        ("no_such_package.nets:make", "no module or family 'no_such_package.nets'"),
        ("", "an empty name is no network"),
        (".", r"\. is a folder; give one with an \.onnx or \.pt2 file"),
    ],
)
def test_unknown_name(name: str, message: str) -> None:
    with pytest.raises(FrontendError, match=message):
        graph_of(name)


@needs_timm
@pytest.mark.parametrize("library", ["timm", "torchvision", "pytorchcv"])
def test_unknown_model_has_near_names(library: str) -> None:
    with pytest.raises(FrontendError, match=f"did you mean {library}:resnet18"):
        graph_of(f"{library}:resnet81")


@pytest.mark.parametrize("library", ["timm", "torchvision", "pytorchcv"])
def test_absent_extra(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(FrontendError, match=r"pip install 'gennape\[zoo\]'"):
        graph_of(f"{library}:resnet18")


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(b"")
    with pytest.raises(FrontendError, match=r"weights\.pth is neither an \.onnx nor a \.pt2"):
        graph_of(path)


def test_import_stays_light() -> None:
    code = "import sys, gennape; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@needs_timm
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "complete"),
    [
        ("fasterrcnn_mobilenet_v3_large_320_fpn", False),
        ("ssdlite320_mobilenet_v3_large", False),  # asks for values behind its boxes
        ("retinanet_resnet50_fpn", True),
        ("keypointrcnn_resnet50_fpn", False),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_detectors_are_counted_up_to_their_boxes(name: str, complete: bool) -> None:
    """What follows the boxes may have work, where regions are pooled or nothing more is known."""
    graph = graph_of(f"torchvision:{name}", inputs=([(3, 320, 320)],))
    models = import_library("torchvision").models
    with torch.device("meta"):
        module = models.get_model(name, weights=None, weights_backbone=None)
    assert graph.parameters == sum(parameter.numel() for parameter in module.parameters())
    assert graph.complete is complete
