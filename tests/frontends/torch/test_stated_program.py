"""Programs of files that are read by the sizes they state, and those that PyTorch has to run."""

import json
import zipfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gennape import graph_of
from gennape.frontends import FrontendError
from gennape.frontends.graph_cache import SIZE_VARIABLE
from gennape.frontends.torch import archive
from gennape.frontends.torch.stated_program import NeedsPyTorch
from gennape.graph import ComputationGraph
from gennape.utils.cache import CACHE_VARIABLE
from helpers.architectures import ARCHITECTURES, build

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def _saved(module: nn.Module, path: Path, *inputs: Any, **options: Any) -> Path:
    torch.export.save(torch.export.export(module.eval(), inputs, **options), path)
    return path


def _executed(path: Path, monkeypatch: pytest.MonkeyPatch) -> ComputationGraph:
    """What the file is when PyTorch runs its operators."""

    def refuse(*_: Any) -> None:
        raise NeedsPyTorch("is asked for")

    with monkeypatch.context() as patch:
        patch.setattr(archive, "_read_stated", refuse)
        return archive.read_program(path)


def _stated(path: Path, monkeypatch: pytest.MonkeyPatch) -> ComputationGraph:
    """What the file is by its stated sizes alone."""

    def refuse(*_: Any) -> None:
        pytest.fail("it was run by PyTorch")

    with monkeypatch.context() as patch:
        patch.setattr(archive, "_executed", refuse)
        return archive.read_program(path)


def _assert_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, other = _stated(path, monkeypatch), _executed(path, monkeypatch)
    assert found.fingerprint == other.fingerprint
    assert (found.macs, found.parameters) == (other.macs, other.parameters)
    assert (found.layers, found.details) == (other.layers, other.details)


class _Calls(nn.Module):
    """A network made of a function of the result of a convolution."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3)
        self.norm = nn.BatchNorm2d(8)
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.norm(self.stem(x)))


def _overwritten_part(x: Tensor) -> Tensor:
    x[:, :4] += 1
    return x


def _added_to_a_part(x: Tensor) -> Tensor:
    part = torch.cat([x, x], 1)[:, :8]
    part += x
    return part


FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "in place": lambda x: x.relu_().add_(1),
    "in place on what may be a copy": lambda x: nn.functional.silu(x.flatten(2), inplace=True),
    "products": lambda x: x.flatten(2) @ x.flatten(2).transpose(1, 2),
    "einsum": lambda x: torch.einsum("bchw,bdhw->bcd", x, x),
    "parts": lambda x: torch.cat([part * 2 for part in x.chunk(2, 1)], 1),
    "an overwritten part": _overwritten_part,
    "a sum into a part": _added_to_a_part,
    "stack": lambda x: torch.stack([x, x + 1], 2),
    "extremes": lambda x: x.amax((2, 3)) - x.mean((2, 3)) * x.std(),
    "places": lambda x: x.argmax(1, keepdim=True) * x,
    "sort": lambda x: x.flatten(1).topk(5).values,
    "pool": lambda x: nn.functional.adaptive_avg_pool2d(nn.functional.max_pool2d(x, 3, 2), 1),
    "resize": lambda x: nn.functional.interpolate(x, scale_factor=2.0),
    "pad": lambda x: nn.functional.pad(x, (1, 1, 2, 2), mode="reflect"),
    "made": lambda x: x + torch.arange(x.shape[-1]) + torch.zeros(1),
    "limits": lambda x: x.clamp(0, 6) * torch.where(x > 0, x, 0.5),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_what_they_are_when_they_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _saved(_Calls(FUNCTIONS[name]), tmp_path / "net.pt2", torch.zeros(2, 3, 12, 12))
    _assert_same(path, monkeypatch)


def test_layers_of_all_kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = {
        "recurrent": (nn.LSTM(8, 16, 2, bidirectional=True), torch.zeros(5, 1, 8)),
        "attention": (nn.TransformerEncoderLayer(16, 4, 32), torch.zeros(4, 1, 16)),
        "transposed": (nn.ConvTranspose2d(3, 8, 3, 2, output_padding=1), torch.zeros(1, 3, 8, 8)),
        "depth": (nn.Conv3d(3, 8, (1, 3, 3), padding=1), torch.zeros(1, 3, 4, 8, 8)),
        "words": (nn.Embedding(50, 8), torch.zeros(1, 7, dtype=torch.int64)),
        "groups": (nn.GroupNorm(2, 8), torch.zeros(1, 8, 4, 4)),
    }
    for name, (module, example) in layers.items():
        _assert_same(_saved(module, tmp_path / f"{name}.pt2", example), monkeypatch)


def test_a_batch_that_is_left_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36, 5))
    shapes = {"input": {0: torch.export.Dim("batch", min=2, max=64)}}
    example = torch.zeros(4, 3, 8, 8)
    path = _saved(module, tmp_path / "net.pt2", example, dynamic_shapes=shapes)
    _assert_same(path, monkeypatch)
    assert _stated(path, monkeypatch).macs == 8 * 36 * 27 + 8 * 36 * 5


def test_other_inputs_are_run(tmp_path: Path) -> None:
    path = _saved(nn.Conv2d(3, 8, 3, padding=1), tmp_path / "net.pt2", torch.zeros(1, 3, 8, 8))
    assert graph_of(path).macs == 8 * 64 * 27
    assert graph_of(path, (3, 8, 8)).fingerprint == graph_of(path).fingerprint


def test_what_may_have_changed_with_a_copy_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = _Calls(lambda x: x.reshape(x.shape[0], -1).relu_().sum(1) + x.sum((1, 2, 3)))
    path = _saved(module, tmp_path / "net.pt2", torch.zeros(1, 3, 12, 12))
    with pytest.raises(pytest.fail.Exception, match="run by PyTorch"):
        _stated(path, monkeypatch)
    assert graph_of(path).fingerprint == _executed(path, monkeypatch).fingerprint


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda x: x * 2, "mul"),
        (lambda x: x + x, "add"),
        (lambda x: x.flatten(1), "flatten"),
        (lambda x: torch.cat([x, x]), "cat"),
        (lambda x: nn.functional.conv2d(x, torch.zeros(4, 8, 3, 3)), "conv2d"),
        (lambda x: x @ x.transpose(2, 3), "matmul"),
        (lambda x: nn.functional.max_pool2d(x, 3, 2, ceil_mode=True), "max_pool2d"),
        (lambda x: nn.functional.interpolate(x, size=(5, 7)), "upsample_nearest2d"),
        (lambda x: x.mean((2, 3), keepdim=True), "mean"),
        (lambda x: x[:, :, 2:9], "slice"),
    ],
)
def test_sizes_that_contradict_each_other(
    function: Callable[[Tensor], Tensor], name: str, tmp_path: Path
) -> None:
    path = _saved(_Calls(function), tmp_path / "net.pt2", torch.zeros(1, 3, 12, 12))
    _change_result(path, name)
    with pytest.raises(FrontendError, match=rf"net\.pt2 states the sizes .* the result of {name}"):
        graph_of(path)


def _change_result(path: Path, operator: str) -> None:
    """Make the result of an operator larger than it is, in a file."""
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    place = next(name for name in members if name.endswith("models/model.json"))
    program = json.loads(members[place])
    graph = program["graph_module"]["graph"]
    [*_, call] = [
        n for n in graph["nodes"] if n["target"].startswith(f"torch.ops.aten.{operator}.")
    ]
    result = graph["tensor_values"][call["outputs"][0]["as_tensor"]["name"]]
    result["sizes"][-1]["as_int"] += 1
    members[place] = json.dumps(program).encode()
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)


@pytest.mark.slow
@pytest.mark.skipif(find_spec("timm") is None, reason="the architectures come from timm")
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_architectures(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, shape = build(name)
    path = _saved(module, tmp_path / "net.pt2", torch.zeros(1, *shape))
    _assert_same(path, monkeypatch)


def test_what_pytorch_has_run_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the program and how it is asked for; weights do not matter."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv(SIZE_VARIABLE, "10")
    runs: list[str] = []
    execute = archive._executed

    def count(*args: Any) -> ComputationGraph:
        runs.append("run")
        return execute(*args)

    monkeypatch.setattr(archive, "_executed", count)
    conv = nn.Conv2d(3, 8, 3, padding=1)
    path = _saved(conv, tmp_path / "net.pt2", torch.zeros(1, 3, 8, 8))
    first = graph_of(path, (3, 8, 8))
    assert graph_of(path, (3, 8, 8)).fingerprint == first.fingerprint
    assert graph_of(path).fingerprint == first.fingerprint  # by its stated sizes
    assert len(runs) == 1
    nn.init.zeros_(conv.weight)
    _saved(conv, path, torch.zeros(1, 3, 8, 8))
    monkeypatch.setattr(archive, "find_spec", lambda _: None)
    assert graph_of(path, (3, 8, 8)).name == first.name
    with pytest.raises(FrontendError, match="it is read with PyTorch alone"):
        graph_of(path, (3, 16, 16))
    assert len(runs) == 1
