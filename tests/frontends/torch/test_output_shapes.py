"""Predicted results against those of PyTorch itself."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gennape.frontends.torch import rules
from gennape.frontends.torch.output_shapes import predicted_output
from gennape.frontends.torch.registry import RULES, describe

assert rules  # importing them registers them


def _meta(*shape: int) -> Tensor:
    return torch.empty(shape, device="meta")


X, C = _meta(2, 6, 4, 5), _meta(6)
Q, K, V = _meta(2, 3, 7, 4), _meta(2, 3, 9, 4), _meta(2, 3, 9, 5)

CALLS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (F.relu, (X,)),
    (F.leaky_relu, (X, 0.2)),
    (F.softmax, (X, 1)),
    (torch.exp, (X,)),
    (F.gelu, (X,)),
    (torch.add, (X, _meta(6, 1, 5))),
    (Tensor.__mul__, (X, 2)),
    (Tensor.__rsub__, (X, 1.5)),
    (torch.maximum, (X, _meta(5))),
    (F.linear, (X, _meta(3, 5), _meta(3))),
    (F.batch_norm, (X, C, C, C, C)),
    (F.layer_norm, (X, (4, 5))),
    (F.group_norm, (X, 3, C, C)),
    (F.scaled_dot_product_attention, (Q, K, V)),
]


@pytest.mark.parametrize(("function", "args"), CALLS)
def test_prediction_is_what_pytorch_returns(
    function: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    predicted = predicted_output(describe(function), args, {}, Tensor)
    actual = function(*args)
    assert predicted is not None
    assert (predicted.shape, predicted.dtype) == (actual.shape, actual.dtype)
    assert predicted.is_meta


LEFT_TO_PYTORCH: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = [
    (torch.add, (X, _meta(7)), {}),  # shapes that do not fit
    (F.linear, (X, _meta(3, 6)), {}),
    (F.batch_norm, (X, _meta(5), _meta(5)), {}),
    (F.layer_norm, (X, (4,)), {}),
    (F.group_norm, (X, 4), {}),
    (F.scaled_dot_product_attention, (Q, V, V), {}),
    (torch.add, (X, X.double()), {}),  # types that are promoted
    (torch.exp, (X.long(),), {}),
    (F.softmax, (X, 1), {"dtype": torch.float64}),
    (torch.add, (torch.ones(2), torch.ones(2)), {}),  # tensors with values
]


@pytest.mark.parametrize(("function", "args", "kwargs"), LEFT_TO_PYTORCH)
def test_nothing_is_predicted_where_pytorch_must_decide(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    assert predicted_output(describe(function), args, kwargs, Tensor) is None


def test_in_place_functions_return_their_argument() -> None:
    assert predicted_output(describe(Tensor.relu_), (X,), {}, Tensor) is X
    assert predicted_output(describe(F.hardswish), (X,), {"inplace": True}, Tensor) is X
    assert predicted_output(describe(Tensor.__iadd__), (X, X), {}, Tensor) is X


@pytest.mark.parametrize(
    ("function", "name", "in_place"),
    [
        (torch.add, "add", False),
        (Tensor.add_, "add", True),
        (Tensor.__iadd__, "add", True),
        (Tensor.__add__, "add", False),
        (Tensor.__radd__, "radd", False),
        (Tensor.T.__get__, "T", False),
        (torch.ops.aten.add.Tensor, "add", False),
        (torch.ops.aten.add_.Tensor, "add", True),
    ],
)
def test_one_name_for_all_spellings(
    function: Callable[..., Any], name: str, in_place: bool
) -> None:
    found = describe(function)
    assert (found.name, found.in_place) == (name, in_place)
    assert found.rule is RULES[name]
