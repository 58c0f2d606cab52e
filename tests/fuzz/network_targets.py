"""ONNX files and exported programs, to be mutated."""

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn

from fuzz.archive_mutations import in_zip
from fuzz.harness import FuzzTarget
from fuzz.mutations import damaged
from fuzz.network_mutations import changed_model, changed_program
from gennape.frontends import graph_of
from helpers.onnx_files import call, save_onnx


def costs(path: Path) -> Sequence[float]:
    """Read a network; return its costs."""
    if path.is_dir():
        path = next(path.glob("*.onnx"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = graph_of(path)
    return [graph.macs, graph.parameters]


def executed_costs(path: Path) -> Sequence[float]:
    """Have PyTorch run a program on tensors without numbers, as for inputs of one's own."""
    sizes = {"images.pt2": (1, 3, 16, 16), "tokens.pt2": (1, 6)}
    example = torch.empty(sizes[path.name], device="meta")
    if path.name == "tokens.pt2":
        example = example.long()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = graph_of(path, inputs=(example,))
    return [graph.macs, graph.parameters]


def _convolutions(folder: Path) -> Path:
    nodes = [
        call("Conv", "x w b", "c", pads=[1, 1, 1, 1], strides=[2, 2], kernel_shape=[3, 3]),
        call("BatchNormalization", "c b b b b", "n"),
        call("Clip", "n low high", "r"),
        call("MaxPool", "r", "p", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
        call("ConvTranspose", "p u", "t", strides=[2, 2]),
        call("Pad", "t pads", "q"),
        call("Resize", "q - scales", "z", mode="nearest"),
        call("ReduceMean", "z", "m", axes=[2, 3], keepdims=0),
        call("Gemm", "m g h", "y", transB=1),
    ]
    weights = {"w": (6, 4, 3, 3), "b": (6,), "u": (6, 6, 2, 2), "g": (5, 6), "h": (5,)}
    numbers = {
        "low": np.float32(0),
        "high": np.float32(6),
        "pads": np.array([0, 0, 1, 1, 0, 0, 1, 1]),
        "scales": np.array([1, 1, 2, 2], np.float32),
    }
    return save_onnx(folder / "convolutions.onnx", nodes, weights=weights | numbers)


def _attention(folder: Path) -> Path:
    nodes = [
        call("Gather", "table ids", "e"),
        call("MatMul", "e q", "s"),
        call("Shape", "ids", "size"),
        call("Gather", "size one", "length"),
        call("Range", "zero length one", "places"),
        call("Unsqueeze", "length first", "l1"),
        call("Concat", "batch l1 heads rest", "shape", axis=0),
        call("Reshape", "s shape", "r"),
        call("Transpose", "r", "t", perm=[0, 2, 1, 3]),
        call("Einsum", "t t", "a", equation="bhnd,bhmd->bhnm"),
        call("Softmax", "a", "p", axis=-1),
        call("Slice", "p start stop axes", "c"),
        call("Split", "c", "left right", axis=3),
        call("Expand", "left whole", "x1"),
        call("Tile", "right often", "x2"),
        call("Where", "mask x1 x2", "h"),
        call("OneHot", "places depth both", "o"),
        call("ScatterND", "h index update", "y"),
    ]
    weights = {"table": (50, 8), "q": (8, 8)}
    numbers = {
        "one": np.int64(1),
        "zero": np.int64(0),
        "first": np.array([0]),
        "batch": np.array([1]),
        "heads": np.array([2]),
        "rest": np.array([-1]),
        "start": np.array([0]),
        "stop": np.array([4]),
        "axes": np.array([3]),
        "whole": np.array([1, 2, 6, 2]),
        "often": np.array([1, 1, 1, 1]),
        "mask": np.array([True, False]),
        "depth": np.int64(4),
        "both": np.array([0.0, 1.0], np.float32),
        "index": np.array([[0, 0, 0, 0]]),
        "update": np.array([1.0], np.float32),
    }
    path = folder / "attention.onnx"
    inputs = {"ids": (1, 6)}
    return save_onnx(path, nodes, inputs, weights | numbers, integers=["ids"])


def _control(folder: Path) -> Path:
    x = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, (1, 4, 8, 8))
    y = helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)

    def body(name: str, nodes: list[onnx.NodeProto], *results: str) -> onnx.GraphProto:
        values = [helper.make_tensor_value_info(r, onnx.TensorProto.FLOAT, None) for r in results]
        return helper.make_graph(nodes, name, [], values)

    step = body("step", [call("Relu", "v", "v2"), call("Identity", "go", "go2")], "go2", "v2")
    step.input.extend(
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        for name in ("i", "go", "v")
    )
    branches = {
        "then_branch": body("then", [call("Conv", "l w", "t")], "t"),
        "else_branch": body("else", [call("Mine", "l", "e", domain="own")], "e"),
    }
    nodes = [
        call("Loop", "count - x", "l", body=step),
        call("ReduceMax", "l", "m", keepdims=0),
        call("Cast", "m", "c", to=9),
        call("If", "c", "b", **branches),
        call("SequenceConstruct", "b b", "s"),
        call("ConcatFromSequence", "s", "y", axis=1),
    ]
    weights = [
        numpy_helper.from_array(np.int64(3), "count"),
        numpy_helper.from_array(np.ones((4, 4, 1, 1), np.float32), "w"),
    ]
    graph = helper.make_graph(nodes, "control", [x], [y], weights)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    relu = helper.make_node("LeakyRelu", ["a"], ["r"])
    relu.attribute.add(name="alpha", ref_attr_name="slope", type=onnx.AttributeProto.FLOAT)
    own = helper.make_function("own", "Mine", ["a"], ["r"], [relu], opsets[:1], ["slope"])
    model = helper.make_model(graph, opset_imports=opsets, functions=[own], ir_version=8)
    path = folder / "control.onnx"
    onnx.save(model, path)
    return path


def _onnx(folder: Path) -> Iterator[Path]:
    yield from (_convolutions(folder), _attention(folder), _control(folder))


def _outside(folder: Path) -> Iterator[Path]:
    """Write a model whose tensors are in another file."""
    whole = folder / "outside"
    whole.mkdir()
    model = onnx.load(_convolutions(folder))
    (folder / "convolutions.onnx").unlink()
    onnx.save(
        model, whole / "net.onnx", save_as_external_data=True, location="net.data", size_threshold=0
    )
    yield whole


class _Images(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.up = nn.Conv2d(3, 8, 3, 2, 1), nn.ConvTranspose2d(8, 8, 2, 2)
        self.norm, self.linear = nn.BatchNorm2d(8), nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        y = nn.functional.max_pool2d(self.norm(self.conv(x)).relu(), 2)
        y = nn.functional.pixel_shuffle(nn.functional.interpolate(self.up(y), scale_factor=2.0), 2)
        left, right = y.chunk(2, dim=1)
        y = torch.cat([left, right.flip(2), torch.zeros(x.shape[0], 6, *y.shape[2:])], 1)
        return self.linear(y.mean((2, 3)))  # type: ignore[no-any-return]


class _Tokens(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.out = nn.Embedding(50, 8), nn.Linear(8, 5)
        self.lstm = nn.LSTM(8, 8, batch_first=True)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.embedding(ids) + torch.arange(ids.shape[1]).unsqueeze(1)
        mask = torch.full((ids.shape[1], ids.shape[1]), -1.0).triu(1)
        with torch.autocast("cpu", enabled=False):
            y = torch.softmax(torch.einsum("bnd,bmd->bnm", x, x) + mask, -1) @ x
        y, _ = self.lstm(y)
        first, *_ = y.unbind(1)
        return self.out(torch.where(first > 0, first, first.repeat(1, 1)))  # type: ignore[no-any-return]


def _programs(folder: Path) -> Iterator[Path]:
    networks: dict[str, tuple[nn.Module, Tensor]] = {
        "images": (_Images(), torch.zeros(1, 3, 16, 16)),
        "tokens": (_Tokens(), torch.zeros(1, 6, dtype=torch.int64)),
    }
    for name, (module, example) in networks.items():
        path = folder / f"{name}.pt2"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.export.save(torch.export.export(module.eval(), (example,)), path)
        yield path


_READER = "fuzz.network_targets:costs"
_IN_PROGRAMS = (in_zip(changed_program), in_zip(changed_program), in_zip(damaged), damaged)

TARGETS = (
    FuzzTarget("onnx", _READER, _onnx, (changed_model, changed_model, changed_model, damaged)),
    FuzzTarget("onnx, outside data", _READER, _outside, (changed_model, damaged), (".onnx",)),
    FuzzTarget("exported program", _READER, _programs, _IN_PROGRAMS),
    FuzzTarget(
        "exported program, run", "fuzz.network_targets:executed_costs", _programs, _IN_PROGRAMS
    ),
)
