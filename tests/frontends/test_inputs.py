from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gennape.frontends import FrontendError, graph_of
from gennape.frontends.inputs import TensorSpec, network_inputs_of, parse_inputs, split_model


class Two(nn.Module):
    """A convolution of an image and a linear layer of a vector: 36 x 8 x 27 + 32 MACs."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.linear = nn.Linear(4, 8)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        return self.conv(x) + self.linear(t)[:, :, None, None]


MACS_OF_TWO = 36 * 8 * 27 + 32


@pytest.mark.parametrize(
    "inputs",
    [
        ((1, 3, 8, 8), (1, 4)),
        ["1x3x8x8", "1x4"],
        {"t": (1, 4), "x": "1x3x8x8:float32"},
        {"x": torch.zeros(1, 3, 8, 8), "t": ((1, 4), torch.float32)},
        (np.zeros((1, 3, 8, 8), np.float32), torch.zeros(1, 4)),
        (torch.zeros(6, 3, 8, 8), torch.zeros(6, 4)),
    ],
)
def test_several_inputs_in_every_form(inputs: Any) -> None:
    graph = graph_of(Two(), inputs=inputs)
    assert graph.macs == MACS_OF_TWO
    assert graph.fingerprint == graph_of(Two(), inputs=((1, 3, 8, 8), (1, 4))).fingerprint


@dataclass
class Pair:
    x: Any
    t: Any


class Nested(nn.Module):
    def __init__(self, take: Callable[[Any], tuple[Tensor, Tensor]]) -> None:
        super().__init__()
        self.two = Two()
        self.take = take

    def forward(self, batch: Any) -> Any:
        result = self.two(*self.take(batch))
        return Pair(result, result)


@pytest.mark.parametrize(
    ("batch", "take"),
    [
        ({"x": (1, 3, 8, 8), "t": (1, 4)}, lambda b: (b["x"], b["t"])),
        ([[(1, 3, 8, 8)], (1, 4)], lambda b: (b[0][0], b[1])),
        (Pair(torch.zeros(1, 3, 8, 8), torch.zeros(1, 4)), lambda b: (b.x, b.t)),
    ],
)
def test_nested_inputs_and_results(batch: Any, take: Any) -> None:
    assert graph_of(Nested(take), inputs=(batch,)).macs == MACS_OF_TWO
    assert graph_of(Nested(take), inputs={"batch": batch}).macs == MACS_OF_TWO


class Tokens(nn.Module):
    """An embedding and one attention layer over the tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(100, 32)
        self.layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)

    def forward(self, ids: Tensor) -> Tensor:
        return self.layer(self.embedding(ids))


MACS_OF_TOKENS = 16 * (4 * 32 * 32 + 2 * 32 * 64) + 2 * 16 * 16 * 32


@pytest.mark.parametrize(
    "inputs",
    [
        "1x16:int64",
        torch.zeros(1, 16, dtype=torch.int64),
        torch.zeros(5, 16, dtype=torch.int64),
        torch.zeros(16, dtype=torch.int64),
    ],
)
def test_tokens_alone_and_in_batches(inputs: Any) -> None:
    assert graph_of(Tokens(), inputs=inputs).macs == MACS_OF_TOKENS


def test_whole_numbers_are_given_to_a_network_that_asks_for_them() -> None:
    assert graph_of(Tokens(), (16,)).macs == MACS_OF_TOKENS


def test_plain_values_are_passed_on() -> None:
    class WithFlag(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(8, 4)

        def forward(
            self, x: Tensor, mask: Tensor | None = None, mode: str = "", deep: bool = False
        ) -> Tensor:
            y = self.linear(x)
            if deep and mode == "twice":
                y = y @ self.linear.weight @ self.linear.weight.T
            return y if mask is None else y * mask

    def macs(**inputs: Any) -> int:
        return graph_of(WithFlag(), inputs={"x": (1, 8), **inputs}).macs

    assert macs() == macs(mask=None, mode="once", deep=True) == macs(mask=(1, 4)) == 32
    assert macs(mode="twice", deep=True) == 3 * 32


class PointNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.each, self.head = nn.Linear(3, 64), nn.Linear(64, 10)

    def forward(self, points: Tensor) -> Tensor:
        return self.head(F.relu(self.each(points)).max(0).values)


def test_points_are_no_batch() -> None:
    macs = 1024 * 3 * 64 + 640
    assert graph_of(PointNet(), inputs=(1024, 3)).macs == macs
    program = torch.export.export(PointNet(), (torch.zeros(1024, 3),))
    assert graph_of(program).macs == macs


def test_nodes_and_edges_are_no_batch() -> None:
    class Convolution(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(8, 16)

        def forward(self, x: Tensor, edges: Tensor) -> Tensor:
            messages = self.linear(x)[edges[0]]
            return torch.zeros(x.shape[0], 16).index_add(0, edges[1], messages)

    graph = graph_of(Convolution(), inputs={"x": (30, 8), "edges": "2x100:int64"})
    assert graph.macs == 30 * 8 * 16


@pytest.mark.parametrize(("layer", "gates"), [(nn.LSTM, 4), (nn.GRU, 3), (nn.RNN, 1)])
@pytest.mark.parametrize("batch", [1, 4, 20])
def test_recurrent_layers_know_their_time_axis(layer: Any, gates: int, batch: int) -> None:
    macs = 20 * gates * 16 * (8 + 16)
    assert graph_of(layer(8, 16), inputs=(20, batch, 8)).macs == macs
    assert graph_of(layer(8, 16, batch_first=True), inputs=(batch, 20, 8)).macs == macs
    program = torch.export.export(layer(8, 16).eval(), (torch.zeros(20, batch, 8),))
    assert graph_of(program).macs == macs


@pytest.mark.parametrize("batch", [1, 4])
def test_a_transformer_with_the_time_first(batch: int) -> None:
    layer = nn.TransformerEncoderLayer(32, 4, 64)
    macs = 50 * (4 * 32 * 32 + 2 * 32 * 64) + 2 * 50 * 50 * 32
    assert graph_of(layer, inputs=(50, batch, 32)).macs == macs


class Patches(nn.Module):
    """Patches of all images are rows of one matrix for a while, with a token for each image."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.linear = nn.Conv2d(3, 16, 4, 4), nn.Linear(16, 10)
        self.token = nn.Parameter(torch.zeros(1, 1, 16))

    def forward(self, x: Tensor) -> Tensor:
        rows = self.conv(x).permute(0, 2, 3, 1).reshape(x.shape[0], -1, 16)
        rows = torch.cat([self.token.expand(x.shape[0], -1, -1), rows], dim=1)
        return self.linear(rows.reshape(-1, 16)).reshape(x.shape[0], 65, 10)


def test_a_batch_merged_with_its_tokens_is_counted_for_one_sample() -> None:
    one = graph_of(Patches(), (3, 32, 32))
    assert one.macs == 16 * 48 * 64 + 65 * 160
    program = torch.export.export(Patches().eval(), (torch.zeros(8, 3, 32, 32),))
    for graph in (graph_of(Patches(), inputs=(8, 3, 32, 32)), graph_of(program)):
        assert graph.macs == one.macs
        assert graph.fingerprint == one.fingerprint


def test_texts_are_read() -> None:
    assert parse_inputs(["3x224x224"]) == ((3, 224, 224), None)
    assert parse_inputs(["ids=1x128:int64", "flag=:bool"]) == (
        None,
        {"ids": TensorSpec((1, 128), "int64"), "flag": TensorSpec((), "bool")},
    )
    assert split_model("dir/a.onnx@1x64x256") == ("dir/a.onnx", "1x64x256")
    assert split_model("a@b.onnx") == ("a@b.onnx", None)


@pytest.mark.parametrize(
    "texts", [["3x"], ["3x0"], ["x=axb"], ["1x2:int"], ["1x2:int64"], ["3x4", "x=1x2"], ["3", "4"]]
)
def test_texts_of_another_form_are_refused(texts: list[str]) -> None:
    with pytest.raises(FrontendError):
        parse_inputs(texts)


def test_inputs_are_stated_once() -> None:
    with pytest.raises(FrontendError, match="both state the inputs"):
        graph_of(nn.ReLU(), (3, 8, 8), inputs=(1, 3, 8, 8))
    with pytest.raises(FrontendError, match="size below 1"):
        network_inputs_of((1, 0))
