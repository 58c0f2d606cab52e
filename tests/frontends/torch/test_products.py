"""Every way to write a product, beside PyTorch's own counter or counted by hand."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from gennape.frontends import graph_of


class Call(nn.Module):
    """A function of the input and of learned tensors."""

    def __init__(self, function: Callable[..., Tensor], *shapes: tuple[int, ...]) -> None:
        super().__init__()
        self.function = function
        self.weights = nn.ParameterList(torch.randn(shape) for shape in shapes)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x, *self.weights)


def _counted(module: nn.Module, x: Tensor) -> int:
    counter = FlopCounterMode(display=False)
    with torch.enable_grad(), sdpa_kernel(SDPBackend.MATH), counter:
        module.eval()(x)
    return counter.get_total_flops() // 2


COUNTED: dict[str, tuple[Call, tuple[int, ...]]] = {
    "tensordot": (
        Call(lambda x, w: torch.tensordot(x, w, dims=([2, 3], [0, 1])), (4, 5, 6)),
        (1, 3, 4, 5),
    ),
    "tensordot by a number": (Call(lambda x, w: torch.tensordot(x, w, 2), (4, 5, 6)), (1, 3, 4, 5)),
    "inner": (Call(torch.inner, (7, 5)), (1, 3, 5)),
    "linalg.matmul": (Call(torch.linalg.matmul, (5, 6)), (1, 3, 5)),
    "multi_dot": (
        Call(lambda x, a, b, c: torch.linalg.multi_dot([x[0], a, b, c]), (8, 16), (16, 4), (4, 30)),
        (1, 10, 8),
    ),
    "matrix_power": (Call(lambda x: torch.linalg.matrix_power(x, 5)), (1, 5, 5)),
    "einsum without an arrow": (Call(lambda x, w: torch.einsum("bij,jk", x, w), (5, 6)), (1, 3, 5)),
    "einsum of three": (
        Call(lambda x, a, b: torch.einsum("bi,ij,jk->bk", x, a, b), (5, 6), (6, 7)),
        (1, 5),
    ),
    "einsum by lists": (
        Call(lambda x, w: torch.einsum(x, [0, 1, 2], w, [2, 3], [0, 1, 3]), (5, 6)),
        (1, 3, 5),
    ),
    "einsum with dots": (Call(lambda x, w: torch.einsum("...i,ij->...j", x, w), (5, 6)), (1, 3, 5)),
    "einsum of elements": (Call(lambda x: torch.einsum("bi,bi->bi", x, x)), (1, 5)),
    "einsum of pairs": (Call(lambda x: torch.einsum("bi,bj->bij", x, x)), (1, 5)),
    "einsum of one": (Call(lambda x: torch.einsum("bi->b", x)), (1, 5)),
    "work on learned queries": (
        Call(
            lambda x, q, w: F.scaled_dot_product_attention(q @ w, x @ w, x @ w), (1, 7, 5), (5, 5)
        ),
        (1, 3, 5),
    ),
    "a filter that depends on the input": (
        Call(lambda x, w: F.conv2d(x, w * x.mean()), (4, 3, 3, 3)),
        (1, 3, 8, 8),
    ),
    "embedding_bag": (
        Call(lambda x, e, w: F.linear(F.embedding_bag((0 * x).long(), e), w), (30, 8), (4, 8)),
        (1, 6),
    ),
}


@pytest.mark.parametrize("case", COUNTED)
def test_products_as_pytorch_counts_them(case: str) -> None:
    module, shape = COUNTED[case]
    graph = graph_of(module, inputs=shape)
    assert graph.macs == _counted(module, torch.randn(shape))
    assert graph.parameters == sum(p.numel() for p in module.parameters())
    assert graph.complete


BY_HAND: dict[str, tuple[Call, tuple[int, ...], int]] = {
    "addbmm": (
        Call(lambda x, c, b: torch.addbmm(c, x, b), (4, 6), (1, 5, 6)),
        (1, 4, 5),
        4 * 5 * 6,
    ),
    "addmv": (Call(lambda x, c, v: torch.addmv(c, x[0], v), (3,), (5,)), (1, 3, 5), 15),
    "bilinear": (Call(lambda x, w: F.bilinear(x, x, w), (6, 5, 5)), (1, 3, 5), 3 * 6 * 25),
    "vecdot": (Call(torch.linalg.vecdot, (5,)), (1, 3, 5), 15),
    "conv_tbc": (Call(torch.conv_tbc, (3, 5, 6), (6,)), (10, 1, 5), 8 * 6 * 15),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_products_that_pytorch_does_not_count(case: str) -> None:
    module, shape, macs = BY_HAND[case]
    graph = graph_of(module, inputs=shape)
    assert graph.macs == macs
    assert graph.parameters == sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(("cell", "gates"), [(nn.LSTMCell, 4), (nn.GRUCell, 3), (nn.RNNCell, 1)])
def test_cells_of_recurrent_layers(cell: Any, gates: int) -> None:
    module = cell(8, 16)
    graph = graph_of(module, (8,))
    assert graph.macs == gates * 16 * (8 + 16)
    assert graph.parameters == sum(p.numel() for p in module.parameters())


def test_recurrent_layers_with_a_projection() -> None:
    module = nn.LSTM(8, 16, 2, proj_size=5, bidirectional=True, batch_first=True)
    graph = graph_of(module, (6, 8))
    layers = (8 + 5) * 64 + 16 * 5, (10 + 5) * 64 + 16 * 5
    assert graph.macs == 6 * 2 * sum(layers)
    assert graph.parameters == sum(p.numel() for p in module.parameters())


def test_packed_sequences() -> None:
    class Packed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(8, 16, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            packed = nn.utils.rnn.pack_padded_sequence(x, [6], batch_first=True)
            return self.lstm(packed)[0].data

    assert graph_of(Packed(), (6, 8)).macs == 6 * 64 * 24


@torch.library.custom_op("gennape_tests::product", mutates_args=())
def _product(x: Tensor, w: Tensor) -> Tensor:
    return x @ w


@_product.register_fake
def _(x: Tensor, w: Tensor) -> Tensor:
    return x.new_empty(x.shape[0], w.shape[1])


class _Function(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor) -> Tensor:
        return x @ w


LIBRARY = torch.library.Library("gennape_tests_too", "DEF")
LIBRARY.define("composite(Tensor x, Tensor w) -> Tensor")
LIBRARY.impl("composite", lambda x, w: x @ w, "CompositeImplicitAutograd")
LIBRARY.define("opaque(Tensor x, Tensor w) -> Tensor")
torch.library.register_fake(
    "gennape_tests_too::opaque", lambda x, w: x.new_empty(x.shape[0], w.shape[1]), lib=LIBRARY
)


@pytest.mark.parametrize(
    "function", [_product, _Function.apply, torch.ops.gennape_tests_too.composite]
)
def test_custom_operators_are_what_they_call(function: Any) -> None:
    graph = graph_of(Call(function, (8, 4)), (8,))
    assert (graph.macs, graph.parameters) == (32, 32)
    assert graph.complete


def test_an_opaque_operator_with_weights_makes_a_lower_bound() -> None:
    graph = graph_of(Call(torch.ops.gennape_tests_too.opaque, (8, 4)), (8,))
    assert graph.unknown_operations == {"opaque": 1}
    assert not graph.complete


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_dynamically_quantised_layers() -> None:
    quantise = torch.ao.quantization.quantize_dynamic
    linear = quantise(nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4)), {nn.Linear})
    graph = graph_of(linear, (8,))
    assert (graph.macs, graph.parameters) == (8 * 16 + 16 * 4, 9 * 16 + 17 * 4)
    lstm = quantise(nn.Sequential(nn.LSTM(8, 16, batch_first=True)), {nn.LSTM})
    graph = graph_of(lstm, (5, 8))
    assert (graph.macs, graph.parameters) == (5 * 64 * 24, 64 * 24 + 128)


class Masked(nn.Module):
    def __init__(self, search: Callable[[Tensor], Tensor], with_head: bool) -> None:
        super().__init__()
        self.search, self.linear, self.head = search, nn.Linear(8, 4), nn.Linear(4, 3)
        self.with_head = with_head

    def forward(self, x: Tensor) -> Tensor:
        found = self.search(self.linear(x))
        return self.head(found) if self.with_head else found


@pytest.mark.parametrize("form", ["module", "program"])
@pytest.mark.parametrize(
    ("search", "with_head"), [(torch.nonzero, False), (lambda y: y[y.sum(1) > 0], True)]
)
def test_results_of_unknown_size_end_the_counted_part(
    form: str, search: Callable[[Tensor], Tensor], with_head: bool
) -> None:
    module = Masked(search, with_head).eval()
    example = torch.zeros(1, 8)
    with pytest.warns(UserWarning, match="is counted up to (nonzero|getitem|index)"):
        if form == "module":
            graph = graph_of(module, inputs=example)
        else:
            graph = graph_of(torch.export.export(module, (example,)))
    assert graph.macs == 32
    assert graph.complete is not with_head
