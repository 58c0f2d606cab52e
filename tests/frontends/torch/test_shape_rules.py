"""Sizes by the rules beside those of PyTorch's own operators, on tensors without numbers."""

from itertools import islice
from typing import Any

import pytest
import torch
from torch import Tensor

from gennape.frontends.torch.registry import describe_name
from gennape.frontends.torch.shape_rules import SHAPE_RULES
from gennape.frontends.torch.stated_sizes import contradiction
from gennape.frontends.torch.tensors import StatedTensor
from gennape.frontends.torch.traced_values import tensors_in

ATEN = torch.ops.aten


def t(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """A tensor without numbers."""
    return torch.empty(shape, dtype=dtype, device="meta")


def i(*shape: int) -> Tensor:
    """Indices."""
    return t(*shape, dtype=torch.int64)


X = t(2, 6, 17, 13)
CALLS: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = [
    (ATEN.conv1d.default, (t(2, 4, 30), t(8, 4, 5), None, [3], [2], [2]), {}),
    (ATEN.conv2d.default, (X, t(9, 3, 3, 5), None, [2, 1], [1], [1, 2], 2), {}),
    (ATEN.conv2d.default, (t(6, 17, 13), t(9, 6, 3, 3)), {}),
    (ATEN.conv3d.default, (t(1, 3, 9, 8, 7), t(4, 3, 3, 2, 1)), {}),
    (
        ATEN.convolution.default,
        (X, t(6, 4, 3, 3), None, [2, 2], [1, 1], [1, 1], True, [1, 1], 2),
        {},
    ),
    (
        ATEN.convolution.default,
        (X, t(4, 6, 3, 3), None, [2, 2], [1, 1], [2, 1], False, [0, 0], 1),
        {},
    ),
    (ATEN.conv_transpose2d.input, (X, t(6, 4, 3, 2), None, [3, 2], [1, 0], [2, 0], 2, [2, 1]), {}),
    (ATEN.conv_transpose3d.input, (t(1, 2, 9, 8, 7), t(2, 3, 3, 2, 1), None, [2, 2, 2]), {}),
    (ATEN.conv_transpose1d.default, (t(2, 4, 9), t(4, 3, 5)), {}),
    *(
        (ATEN.max_pool2d.default, (X, [k, 2], [s], [p], [d], ceil), {})
        for k in (2, 3)
        for s in (1, 2, 3)
        for p in (0, 1)
        for d in (1, 2)
        for ceil in (False, True)
    ),
    (ATEN.max_pool2d.default, (X, [3, 3]), {}),
    (ATEN.max_pool2d_with_indices.default, (X, [3, 3], [2, 2], [1, 1], [1, 1], True), {}),
    (ATEN.max_pool1d.default, (t(2, 6, 19), [4], [3]), {}),
    (ATEN.avg_pool1d.default, (t(2, 6, 19), [4], [3], [2], True), {}),
    (ATEN.avg_pool2d.default, (X, [3, 4], [2, 3], [1, 1], True, False), {}),
    (ATEN.avg_pool2d.default, (X, [3, 3], [], [0, 0]), {"ceil_mode": True}),
    (ATEN.avg_pool3d.default, (t(1, 2, 9, 8, 7), [2, 2, 2]), {}),
    (ATEN.max_pool3d.default, (t(1, 2, 9, 8, 7), [2, 2, 2], [], [1, 1, 1]), {}),
    (ATEN.max_pool3d_with_indices.default, (t(1, 2, 9, 8, 7), [2, 3, 2]), {}),
    (ATEN.adaptive_avg_pool1d.default, (t(2, 6, 19), [5]), {}),
    (ATEN.adaptive_avg_pool2d.default, (X, [3, 1]), {}),
    (ATEN.adaptive_avg_pool3d.default, (t(1, 2, 9, 8, 7), [3, 2, 1]), {}),
    (ATEN.adaptive_max_pool1d.default, (t(2, 6, 19), [5]), {}),
    (ATEN.adaptive_max_pool3d.default, (t(1, 2, 9, 8, 7), [3, 2, 1]), {}),
    (ATEN.adaptive_max_pool2d.default, (X, [3, 2]), {}),
    (ATEN.pad.default, (X, [1, 2, 3, 4, 0, 1]), {}),
    (ATEN.pad.default, (X, [1, -2]), {"mode": "constant", "value": 1.0}),
    (ATEN.constant_pad_nd.default, (X, [0, 0, -1, 5], 0.0), {}),
    (ATEN.reflection_pad1d.default, (t(2, 6, 19), [1, 2]), {}),
    (ATEN.replication_pad1d.default, (t(2, 6, 19), [1, 2]), {}),
    (ATEN.reflection_pad2d.default, (X, [1, 2, 3, 4]), {}),
    (ATEN.replication_pad2d.default, (X, [1, 2, 3, 4]), {}),
    (ATEN.upsample_nearest2d.vec, (X, [5, 7], None), {}),
    (ATEN.upsample_nearest2d.vec, (X, None, [2.0, 2.0]), {}),
    (ATEN.upsample_nearest1d.vec, (t(2, 6, 19), [5], None), {}),
    (ATEN.upsample_nearest3d.vec, (t(1, 2, 9, 8, 7), [5, 6, 7], None), {}),
    (ATEN._upsample_nearest_exact1d.vec, (t(2, 6, 19), [5], None), {}),
    (ATEN._upsample_nearest_exact2d.vec, (X, [5, 7], None), {}),
    (ATEN._upsample_nearest_exact3d.vec, (t(1, 2, 9, 8, 7), [5, 6, 7], None), {}),
    (ATEN.upsample_linear1d.vec, (t(2, 6, 19), [5], False, None), {}),
    (ATEN.upsample_trilinear3d.vec, (t(1, 2, 9, 8, 7), [5, 6, 7], True, None), {}),
    (ATEN.upsample_bilinear2d.vec, (X, [5, 7], False, None), {}),
    (ATEN.upsample_bicubic2d.default, (X, [5, 7], True), {}),
    (ATEN.mean.default, (X,), {}),
    (ATEN.mean.dim, (X, [2, -1], True), {}),
    (ATEN.mean.dim, (X, None), {}),
    (ATEN.sum.dim_IntList, (X, [1]), {"dtype": torch.float32}),
    (ATEN.sum.dim_IntList, (X, []), {}),
    (ATEN.prod.dim_int, (X, 0, True), {}),
    (ATEN.any.dim, (X, 2), {}),
    (ATEN.all.default, (X,), {}),
    (ATEN.amax.default, (X, [1, 2], True), {}),
    (ATEN.amin.default, (X,), {}),
    (ATEN.logsumexp.default, (X, [-1]), {}),
    (ATEN.max.default, (X,), {}),
    (ATEN.max.dim, (X, 1, True), {}),
    (ATEN.min.dim, (X, -1), {}),
    (ATEN.max.other, (X, t(17, 1)), {}),
    (ATEN.var.correction, (X, [2, 3]), {"correction": 0, "keepdim": True}),
    (ATEN.var.dim, (X, [1], False, True), {}),
    (ATEN.var.default, (X, False), {}),
    (ATEN.std.correction, (X,), {}),
    (ATEN.std_mean.correction, (X, [1]), {"correction": 1}),
    (ATEN.count_nonzero.dim_IntList, (X, [1]), {}),
    (ATEN.var_mean.correction, (X, [1]), {"correction": 0, "keepdim": True}),
    (ATEN.argmax.default, (X,), {}),
    (ATEN.argmax.default, (X, 1, True), {}),
    (ATEN.argmin.default, (X, -2), {}),
    (ATEN.linalg_vector_norm.default, (X, 2, [1], True), {}),
    (ATEN.topk.default, (X, 4), {}),
    (ATEN.topk.default, (X, 2, 1, False), {}),
    (ATEN.sort.default, (X, 1), {}),
    *(
        (ATEN.slice.Tensor, (X, dim, start, end, step), {})
        for dim in (2, -1)
        for start in (None, 3, -4)
        for end in (None, 9, -2, 2**63 - 1)
        for step in (1, 3)
    ),
    (ATEN.slice.Tensor, (X,), {}),
    (ATEN.narrow.default, (X, 1, 2, 3), {}),
    (ATEN.select.int, (X, -1, 3), {}),
    (ATEN.index_select.default, (X, 1, i(4)), {}),
    (ATEN.unbind.int, (X,), {}),
    (ATEN.unbind.int, (X, -1), {}),
    (ATEN.split.Tensor, (X, 4, 2), {}),
    (ATEN.split.Tensor, (X, 20, -1), {}),
    (ATEN.unsafe_split.Tensor, (X, 4, 2), {}),
    (ATEN.split.sizes, (X, [8, 9], 2), {}),
    (ATEN.split_with_sizes.default, (X, [1, 5], 1), {}),
    (ATEN.chunk.default, (X, 5, 2), {}),
    (ATEN.chunk.default, (X, 40, 3), {}),
    (ATEN.expand.default, (t(6, 1, 1), [2, -1, 17, 13]), {}),
    (ATEN.repeat.default, (X, [3, 1, 2, 1, 2]), {}),
    (ATEN.gather.default, (X, 1, i(2, 3, 4, 5)), {}),
    (ATEN.cat.default, ([X, X, t(0)], -1), {}),
    (ATEN.cat.default, ([X, X],), {}),
    (ATEN.stack.default, ([X, X, X], -2), {}),
    (ATEN.where.self, (t(17, 1, dtype=torch.bool), X, t(13)), {}),
    (ATEN.matmul.default, (t(3, 1, 4, 5), t(2, 5, 6)), {}),
    (ATEN.matmul.default, (t(4, 5), t(5)), {}),
    (ATEN.mm.default, (t(4, 5), t(5, 7)), {}),
    (ATEN.bmm.default, (t(3, 4, 5), t(3, 5, 7)), {}),
    (ATEN.addmm.default, (t(7), t(4, 5), t(5, 7)), {"beta": 2}),
    (ATEN.baddbmm.default, (t(3, 4, 7), t(3, 4, 5), t(3, 5, 7)), {}),
    (ATEN.embedding.default, (t(50, 8), i(2, 7), 1), {}),
    (ATEN.cumsum.default, (i(2, 3), 1), {}),
    (ATEN.cumprod.default, (i(2, 3), 1), {}),
    (ATEN.masked_fill.Scalar, (X, t(17, 13, dtype=torch.bool), 0), {}),
    (ATEN.scatter.src, (X, 1, i(2, 3, 4, 5), X), {}),
    (ATEN.slice_scatter.default, (X, t(2, 3, 17, 13), 1, 0, 3), {}),
    (ATEN.index_put.default, (X, [i(3), None], t(3, 6, 17, 13)), {}),
    (ATEN.scatter_add.default, (X, 1, i(2, 3, 4, 5), X), {}),
    (ATEN.select_scatter.default, (X, t(2, 17, 13), 1, 0), {}),
    (ATEN.index_copy.default, (X, 1, i(3), t(2, 3, 17, 13)), {}),
    (ATEN.index_add.default, (X, 1, i(3), t(2, 3, 17, 13)), {"alpha": 2}),
    (ATEN.tril.default, (X, 1), {}),
    (ATEN.triu.default, (X,), {}),
    (ATEN.flip.default, (X, [1, 2]), {}),
    (ATEN.roll.default, (X, [1, 2], [0, 1]), {}),
]


def _stated(value: Any) -> Any:
    """The same arguments as a file states them."""
    if isinstance(value, Tensor):
        return StatedTensor(tuple(value.shape), str(value.dtype).removeprefix("torch."))
    return [_stated(one) for one in value] if isinstance(value, list) else value


def _name(call: tuple[Any, ...]) -> str:
    return str(call[0]).partition(".")[2]


@pytest.mark.parametrize("call", CALLS, ids=_name)
def test_rules_agree_with_pytorch(call: tuple[Any, tuple[Any, ...], dict[str, Any]]) -> None:
    operator, args, kwargs = call
    shapes = [tuple(one.shape) for one in tensors_in([operator(*args, **kwargs)])]
    function = describe_name(_name(call), is_operator=True)
    stated = [_stated(one) for one in args]
    expected = SHAPE_RULES[function.name](*stated, **kwargs)
    if expected is not None:
        assert list(islice(expected, 100)) == shapes
    results = [StatedTensor(shape) for shape in shapes]
    assert not contradiction(function, stated, kwargs, results)


def test_every_rule_is_held_against_pytorch() -> None:
    tried = {describe_name(_name(call), is_operator=True).name for call in CALLS}
    assert sorted(set(SHAPE_RULES) - tried) == []


@pytest.mark.parametrize("call", CALLS, ids=_name)
def test_other_sizes_are_a_contradiction(
    call: tuple[Any, tuple[Any, ...], dict[str, Any]],
) -> None:
    operator, args, kwargs = call
    shapes = [tuple(one.shape) for one in tensors_in([operator(*args, **kwargs)])]
    function = describe_name(_name(call), is_operator=True)
    stated = [_stated(one) for one in args]
    if SHAPE_RULES[function.name](*stated, **kwargs) is None:
        pytest.skip("sizes do not follow from these arguments")
    wrong = [StatedTensor((*shapes[0], 2)), *map(StatedTensor, shapes[1:])]
    assert "states the sizes" in contradiction(function, stated, kwargs, wrong)
    more = [StatedTensor(shape) for shape in (*shapes, (1,))]
    assert f"states {len(more)} tensors" in contradiction(function, stated, kwargs, more)


def test_more_results_than_fit_into_memory() -> None:
    function = describe_name("unbind.int", is_operator=True)
    said = contradiction(function, [StatedTensor((2**62, 3))], {}, [StatedTensor((3,))])
    assert said == "states 1 tensors as the result"


def test_arguments_of_another_kind_are_believed() -> None:
    function = describe_name("max_pool2d", is_operator=True)
    x = StatedTensor((1, 3, 8, 8))
    for args in ([x], [x, "three"], [x, [0, 0], [0, 0]], [x, [2, 2], [2, 2], [0, 0, 0]], [3, 3]):
        assert not contradiction(function, args, {}, [x])
