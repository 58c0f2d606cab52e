"""Exported programs, in memory and in files."""

import io
import json
import pickle
import re
import zipfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from gennape import graph_of
from gennape.frontends import FrontendError
from gennape.graph import ComputationGraph
from helpers.architectures import ARCHITECTURES, build
from helpers.operation_names import operation_names

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def _assert_equal(graph: ComputationGraph, other: ComputationGraph) -> None:
    assert graph.fingerprint == other.fingerprint
    assert (graph.macs, graph.parameters) == (other.macs, other.parameters)


def _saved(module: nn.Module, folder: Path, *shape: int, **options: Any) -> Path:
    program = torch.export.export(module.eval(), (torch.zeros(shape),), **options)
    path = folder / "network.pt2"
    torch.export.save(program, path)
    return path


@pytest.mark.skipif(find_spec("timm") is None, reason="the architectures come from timm")
@pytest.mark.parametrize("name", ["mobilenet_v3", "shufflenet", "vision transformer"])
def test_program_and_file_are_the_network(name: str, tmp_path: Path) -> None:
    assert name in ARCHITECTURES
    module, shape = build(name)
    program = torch.export.export(module, (torch.zeros(1, *shape),))
    torch.export.save(program, tmp_path / "network.pt2")
    expected = graph_of(module, shape)
    _assert_equal(graph_of(program), expected)
    _assert_equal(graph_of(tmp_path / "network.pt2"), expected)


def test_decomposed_program(tmp_path: Path) -> None:
    module = nn.Sequential(
        nn.Conv2d(3, 8, 3, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, 1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 4),
    ).eval()
    program = torch.export.export(module, (torch.zeros(1, 3, 8, 8),)).run_decompositions()
    _assert_equal(graph_of(program), graph_of(module, (3, 8, 8)))


def test_open_sizes_are_taken_from_the_example_or_given(tmp_path: Path) -> None:
    sizes = {0: torch.export.Dim("batch"), 2: torch.export.Dim("height", min=4)}
    module = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())
    path = _saved(module, tmp_path, 2, 3, 8, 8, dynamic_shapes=({**sizes},))
    _assert_equal(graph_of(path), graph_of(module, (3, 8, 8)))
    _assert_equal(graph_of(path, (3, 20, 8)), graph_of(module, (3, 20, 8)))


def test_tied_parameters_are_counted_once(tmp_path: Path) -> None:
    module = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))
    module[2].weight = module[0].weight
    path = _saved(module, tmp_path, 1, 8)
    expected = sum(p.numel() for p in module.parameters())
    assert graph_of(path).parameters == expected == 64 + 8 + 8
    program = torch.export.export(module, (torch.zeros(1, 8),))
    assert graph_of(program).parameters == expected


def test_graphs_within_the_program_are_read(tmp_path: Path) -> None:
    class Frozen(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            with torch.autocast("cpu", enabled=False):
                y = x.relu()
            return y + x

    path = _saved(Frozen(), tmp_path, 1, 3, 8, 8)
    assert operation_names(graph_of(path)) == ["INPUT", "RELU", "ADD", "OUTPUT"]


def _rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> None:
    """Write every file of the archive anew."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, change(name, content))


def test_old_files_do_not_say_which_arguments_are_named(tmp_path: Path) -> None:
    class Causal(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            mask = torch.full((x.shape[1], x.shape[1]), -1.0).triu(1)
            return (x @ x.transpose(1, 2) + mask).softmax(-1) + torch.arange(x.shape[1])

    path = _saved(Causal(), tmp_path, 1, 5, 5)
    expected = graph_of(path)
    _rewritten(path, lambda name, content: re.sub(rb',\s*"kind": \d', b"", content))
    _assert_equal(graph_of(path), expected)


class _Exploit:
    """Creates a file when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.trace,))


def test_nothing_in_a_file_is_unpickled(tmp_path: Path) -> None:
    path = _saved(nn.Conv2d(3, 8, 3), tmp_path, 1, 3, 8, 8)
    trace = tmp_path / "executed"
    buffer = io.BytesIO()
    torch.save(_Exploit(trace), buffer)

    def poison(name: str, content: bytes) -> bytes:
        if "/data/" not in name:
            return content
        return buffer.getvalue() if name.endswith(".pt") else pickle.dumps(_Exploit(trace))

    def poison_weights(name: str, content: bytes) -> bytes:
        return content if name.endswith(".json") else poison(name, content)

    _rewritten(path, poison_weights)
    assert graph_of(path).parameters == 8 * 3 * 9 + 8
    assert not trace.exists()


@pytest.mark.parametrize(
    "target",
    [
        "posix.system",
        "_operator.attrgetter",
        "torch.ops.aten.from_file.default",
        "torch.ops.aten.__class__.__call__",
        "torch.ops.aten.no_such_operator.default",
        "torch.ops.higher_order.cond",
    ],
)
def test_files_call_nothing_but_operators(tmp_path: Path, target: str) -> None:
    path = _saved(nn.ReLU(), tmp_path, 1, 3, 8, 8)
    _rewritten(
        path, lambda name, content: content.replace(b"torch.ops.aten.relu.default", target.encode())
    )
    with pytest.raises(FrontendError, match=target):
        graph_of(path)


def test_broken_files_are_named(tmp_path: Path) -> None:
    path = _saved(nn.ReLU(), tmp_path, 1, 3, 8, 8)
    content = path.read_bytes()
    broken: dict[str, Callable[[], Any]] = {
        "cut off": lambda: path.write_bytes(content[:-100]),
        "not a torch.export file": lambda: path.write_bytes(b"no archive"),
        "holds 0 exported programs": lambda: zipfile.ZipFile(path, "w").close(),
        "does not exist": path.unlink,
    }
    for message, damage in broken.items():
        damage()
        with pytest.raises(FrontendError, match=rf"network\.pt2.*{message}"):
            graph_of(path)


def test_unknown_form_of_the_program(tmp_path: Path) -> None:
    path = _saved(nn.ReLU(), tmp_path, 1, 3, 8, 8)

    def emptied(name: str, content: bytes) -> bytes:
        return json.dumps({"graph_module": {}}).encode() if name.endswith("model.json") else content

    _rewritten(path, emptied)
    with pytest.raises(FrontendError, match=r"form of torch\.export that is not known"):
        graph_of(path)


def test_wrong_shape_for_a_program(tmp_path: Path) -> None:
    path = _saved(nn.Conv2d(3, 8, 3), tmp_path, 1, 3, 8, 8)
    with pytest.raises(
        FrontendError, match=r"network.pt2 was exported for an input of 1x3x8x8 .* 5x8x8"
    ):
        graph_of(path, (5, 8, 8))


def test_a_program_that_is_bound_to_its_batch_is_counted_for_one_sample(tmp_path: Path) -> None:
    class WithToken(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.cat([torch.zeros(x.shape[0], 1), x], dim=1)

    path = _saved(WithToken(), tmp_path, 2, 3)
    assert graph_of(path).output_shape[-1].tolist() == [4, 1, 1]


class Flagged(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(8, 4)

    def forward(
        self, x: torch.Tensor, mask: torch.Tensor | None, deep: bool, times: int
    ) -> torch.Tensor:
        y = self.linear(x.to("cpu", torch.float32)) * times
        return y if mask is None else y * mask


def test_programs_carry_their_own_inputs(tmp_path: Path) -> None:
    program = torch.export.export(Flagged().eval(), (torch.zeros(1, 8), None, True, 2))
    path = tmp_path / "flags.pt2"
    torch.export.save(program, path)
    graph = graph_of(program)
    assert (graph.macs, graph.parameters) == (32, 36)
    assert graph_of(path).fingerprint == graph.fingerprint


def test_inputs_of_programs_by_name(tmp_path: Path) -> None:
    dynamic = {"x": {0: torch.export.Dim.AUTO, 1: torch.export.Dim.AUTO}}
    module = nn.Sequential(nn.Linear(8, 4))
    program = torch.export.export(module, (torch.zeros(3, 5, 8),), dynamic_shapes=[dynamic["x"]])
    path = tmp_path / "open.pt2"
    torch.export.save(program, path)
    for model in (program, path):
        assert graph_of(model, inputs={"input": (1, 9, 8)}).macs == 9 * 32
        with pytest.raises(FrontendError, match="takes the inputs input"):
            graph_of(model, inputs={"x": (1, 9, 8)})
