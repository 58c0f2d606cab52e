"""Networks that can be counted and not computed by a module say why."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gennape.frontends import graph_of
from gennape.frontends.torch.weights import graph_and_weights
from gennape.graph import ComputationGraph, GraphError
from helpers.onnx_files import call, save_onnx


class Call(nn.Module):
    """A function of the input and of a learned table."""

    def __init__(self, function: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function
        self.table = nn.Parameter(torch.randn(6, 5))

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x, self.table)


def _refuses(graph: ComputationGraph, reason: str) -> None:
    with pytest.raises(GraphError, match=reason):
        graph.to_module()


_ROWS = torch.randn(1, 3, 5)
_IDS = torch.zeros(1, 4, dtype=torch.int64)

REFUSED: dict[str, tuple[Callable[[Tensor, Tensor], Tensor], Tensor, str]] = {
    "whole numbers": (lambda x, t: x.int() * 2, _ROWS, "whole ones"),
    "truth values": (lambda x, t: x.bool() * x, _ROWS, "truth values"),
    "whole truth values": (lambda x, t: x.gather(1, (x > 0).long()), _ROWS, "truth values"),
    "joined rows": (F.embedding_bag, _IDS, "bags of rows are summed"),
    "elements that meet": (
        lambda x, t: torch.einsum("bti,bui->btui", x, x),
        _ROWS,
        "paired by letters",
    ),
    "a diagonal": (lambda x, t: torch.einsum("btt->bt", x @ x.mT), _ROWS, "diagonal"),
    "pairs of vectors": (
        lambda x, t: torch.linalg.vecdot(x, x),
        _ROWS,
        "along axes that are not stated",
    ),
    "an inverse": (
        lambda x, t: torch.linalg.matrix_power(x @ x.mT, -1),
        _ROWS,
        "no rule for linalg_inv",
    ),
    "a high power": (lambda x, t: torch.linalg.matrix_power(x @ x.mT, 4), _ROWS, "squaring"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_functions(case: str) -> None:
    function, x, reason = REFUSED[case]
    _refuses(graph_of(Call(function), inputs=x), reason)


def test_an_input_whose_first_dimension_is_no_batch() -> None:
    network = Call(lambda x, t: (x @ t).softmax(0))
    _refuses(graph_of(network, inputs=torch.randn(4, 6)), "first dimension is no batch")


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (nn.LSTM(5, 4, proj_size=3, batch_first=True), "projected"),
        (nn.LSTMCell(5, 4), "one step has no sequence"),
    ],
)
def test_recurrences(layer: nn.Module, reason: str) -> None:
    x = torch.randn(1, 3, 5) if isinstance(layer, nn.LSTM) else torch.randn(1, 5)
    _refuses(graph_of(layer, inputs=x), reason)


@pytest.mark.parametrize(
    "node",
    [
        call("BiasAdd", "x w x", "y", domain="com.microsoft"),
        call("QLinearSigmoid", "x s z s z", "y", domain="com.microsoft"),
        call("Scaler", "x", "y", domain="ai.onnx.ml"),
    ],
)
def test_fused_operators_that_are_counted_as_others(tmp_path: Path, node: Any) -> None:
    path = tmp_path / "fused.onnx"
    save_onnx(path, [node], {"x": (1, 3, 5)}, {"w": (5,), "s": (1,), "z": (1,)})
    _refuses(graph_of(path), "fused operator")


COMPUTED: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "a sum in another order": lambda x, t: torch.einsum("abc->ca", x),
    "a product of three": lambda x, t: torch.einsum("abc,dc,de->abe", x, t, t),
    "products of both last dimensions": lambda x, t: torch.inner(x, t),
    "a cube": lambda x, t: torch.linalg.matrix_power(x @ x.mT, 3),
}


@pytest.mark.parametrize("case", COMPUTED)
def test_other_products_are_computed(case: str) -> None:
    network, x = Call(COMPUTED[case]).eval(), torch.randn(1, 3, 5)
    graph, weights = graph_and_weights(network, [x])
    result = graph.to_module(weights)(x)
    torch.testing.assert_close(result, network(x), rtol=1e-4, atol=1e-5)
