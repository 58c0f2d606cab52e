"""The module of a graph computes the same numbers as PyTorch, by module and by program."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from gennape import graph_of
from gennape.graph import GraphError
from helpers.executed import (
    Applied,
    assert_same,
    graph_of_program,
    module_of_network,
    with_other_numbers,
)

Made = Callable[[st.DataObject], Callable[[Tensor], Any]]
SHAPE = (6, 8, 10)

axes = st.integers(1, 3)
any_axis = axes | st.integers(-3, -1)
some_axes = st.lists(axes, min_size=1, max_size=3, unique=True)
numbers = st.floats(0.1, 2.0).map(lambda value: round(value, 3))
sides = st.integers(0, 3)
flags = st.booleans()


def _drawn(function: Callable[..., Any], *strategies: Any) -> Made:
    """A function whose settings are drawn."""

    def make(data: st.DataObject) -> Callable[[Tensor], Any]:
        values = [data.draw(strategy) for strategy in strategies]
        return lambda x: function(x, *values)

    return make


def _pool(pool: Callable[..., Tensor], *others: str) -> Made:
    """A pooling with a drawn window."""

    def make(data: st.DataObject) -> Callable[[Tensor], Any]:
        kernel = [data.draw(st.integers(2, 4)) for _ in range(2)]
        options: dict[str, Any] = {
            "stride": [data.draw(st.integers(1, 3)) for _ in range(2)],
            "padding": [data.draw(st.integers(0, size // 2)) for size in kernel],
            "ceil_mode": data.draw(flags),
        }
        options |= {name: data.draw(_OPTIONS[name]) for name in others}
        return lambda x: pool(x, kernel, **options)

    return make


_OPTIONS = {"count_include_pad": flags, "divisor_override": st.none() | st.integers(1, 5)}

CASES: dict[str, Made] = {
    "softmax": _drawn(F.softmax, any_axis),
    "log softmax": _drawn(F.log_softmax, any_axis),
    "concatenation": _drawn(lambda x, d: torch.cat([x, -x, 2 * x], d), any_axis),
    "stack": _drawn(lambda x, d: torch.stack([x, -x], d).mean(d), st.integers(0, 4)),
    "elu": _drawn(F.elu, numbers),
    "celu": _drawn(F.celu, numbers),
    "leaky relu": _drawn(F.leaky_relu, numbers),
    "softplus": _drawn(F.softplus, numbers, st.integers(1, 30)),
    "gelu": _drawn(lambda x, kind: F.gelu(x, approximate=kind), st.sampled_from(["none", "tanh"])),
    "clip": _drawn(lambda x, a: x.clamp(-a, 0.7), numbers),
    "lower limit": _drawn(lambda x, a: x.clamp(min=a), numbers),
    "hard tanh": _drawn(lambda x, a: F.hardtanh(x, -a, a), numbers),
    "normalize": _drawn(F.normalize, st.sampled_from([1.0, 2.0]), any_axis, numbers),
    "local response": _drawn(F.local_response_norm, st.integers(1, 5), numbers, numbers, numbers),
    "layer norm": _drawn(
        lambda x, n, eps: F.layer_norm(x, x.shape[-n:], eps=eps), st.integers(1, 3), numbers
    ),
    "rms norm": _drawn(
        lambda x, n, eps: F.rms_norm(x, x.shape[-n:], eps=eps), st.integers(1, 3), numbers
    ),
    "group norm": _drawn(
        lambda x, n, eps: F.group_norm(x, n, eps=eps), st.sampled_from([1, 2, 3, 6]), numbers
    ),
    "instance norm": _drawn(lambda x, eps: F.instance_norm(x, eps=eps), numbers),
    "max pool": _pool(F.max_pool2d),
    "average pool": _pool(F.avg_pool2d, "count_include_pad", "divisor_override"),
    "adaptive average": _drawn(
        F.adaptive_avg_pool2d, st.tuples(st.integers(1, 12), st.integers(1, 12))
    ),
    "adaptive maximum": _drawn(
        F.adaptive_max_pool2d, st.tuples(st.integers(1, 12), st.integers(1, 12))
    ),
    "mean": _drawn(lambda x, d, k: x.mean(d, k), some_axes, flags),
    "sum": _drawn(lambda x, d, k: x.sum(d, k), some_axes, flags),
    "maximum": _drawn(lambda x, d, k: x.amax(d, k), some_axes, flags),
    "minimum": _drawn(lambda x, d: x.amin(d), some_axes),
    "variance": _drawn(
        lambda x, d, c, k: x.var(d, correction=c, keepdim=k), some_axes, st.integers(0, 1), flags
    ),
    "standard deviation": _drawn(lambda x, d: x.std(d), axes),
    "vector norm": _drawn(lambda x, p, d: x.norm(p=p, dim=d), st.sampled_from([1, 2]), axes),
    "maximum and its place": _drawn(lambda x, d: tuple(x.max(d)), axes),
    "permutation": _drawn(lambda x, order: x.permute(0, *order), st.permutations([1, 2, 3])),
    "slice": _drawn(
        lambda x, d, start, step: x.transpose(1, d)[:, start::step], axes, sides, st.integers(1, 3)
    ),
    "one place": _drawn(lambda x, d, n: x.select(d, n), axes, st.integers(-6, 5)),
    "chosen places": _drawn(
        lambda x, places: x[:, places], st.lists(st.integers(0, 5), min_size=2, max_size=4)
    ),
    "flip": _drawn(lambda x, d: x.flip(d), some_axes),
    "roll": _drawn(lambda x, n, d: x.roll(n, d), st.integers(-3, 3), axes),
    "repeat": _drawn(
        lambda x, n, m: x.repeat(1, n, 1, m), sides.map(lambda n: n + 1), flags.map(lambda f: f + 1)
    ),
    "repeat elements": _drawn(lambda x, n, d: x.repeat_interleave(n, d), st.integers(2, 3), axes),
    "border": _drawn(
        lambda x, p, mode: F.pad(x, p, mode),
        st.tuples(sides, sides, sides, sides),
        st.sampled_from(["constant", "reflect", "replicate", "circular"]),
    ),
    "border of a number": _drawn(
        lambda x, p, v: F.pad(x, p, value=v), st.tuples(*[st.integers(-1, 2)] * 6), numbers
    ),
    "interpolation": _drawn(
        lambda x, size, mode, corners: F.interpolate(x, size, mode=mode, align_corners=corners),
        st.tuples(st.integers(3, 20), st.integers(3, 20)),
        st.sampled_from(["bilinear", "bicubic"]),
        flags,
    ),
    "interpolation by a factor": _drawn(
        lambda x, factor, mode: F.interpolate(x, scale_factor=factor, mode=mode),
        st.sampled_from([0.7, 1.3, 1.5, 2.0]),
        st.sampled_from(["nearest", "nearest-exact", "bilinear", "area"]),
    ),
    "antialias": _drawn(
        lambda x, size: F.interpolate(x, size, mode="bilinear", antialias=True),
        st.tuples(st.integers(3, 20), st.integers(3, 20)),
    ),
    "comparison": _drawn(
        lambda x, name, v: getattr(torch, name)(x, v) * x,
        st.sampled_from(["gt", "ge", "lt", "le", "eq", "ne"]),
        numbers,
    ),
    "choice": _drawn(lambda x, v: torch.where(x > 0, x * v, v), numbers),
    "masked": _drawn(lambda x, v: x.masked_fill(x > v, -1.0), numbers),
    "rounding": _drawn(
        lambda x, name: getattr(torch, name)(3 * x),
        st.sampled_from(["floor", "ceil", "round", "trunc", "sign"]),
    ),
    "whole division": _drawn(lambda x, v: torch.div(x, v, rounding_mode="floor"), numbers),
    "power": _drawn(lambda x, v: x.abs() ** v, numbers),
    "power of a number": _drawn(lambda x, v: v**x, numbers),
    "scale and shift": _drawn(lambda x, a, b: a * x - b, numbers, numbers),
    "difference": _drawn(lambda x, a: torch.sub(x, x * x, alpha=a), numbers),
    "quotient": _drawn(lambda x, a: a / (x * x + a), numbers),
    "cumulative sum": _drawn(lambda x, d: x.cumsum(d), axes),
    "order": _drawn(lambda x, d, down: tuple(x.sort(d, descending=down)), axes, flags),
    "largest": _drawn(lambda x, n, d, up: tuple(x.topk(n, d, up)), st.integers(1, 4), axes, flags),
    "places of order": _drawn(lambda x, d: x.gather(d, x.argsort(d)), axes),
    "windows as columns": _drawn(
        lambda x, k, p, s: F.unfold(x, k, padding=p, stride=s),
        st.integers(2, 3),
        st.integers(0, 1),
        st.integers(1, 2),
    ),
    "windows as an axis": _drawn(
        lambda x, d, n, s: x.unfold(d, n, s), axes, st.integers(1, 4), st.integers(1, 3)
    ),
    "columns as windows": _drawn(
        lambda x, k: F.fold(F.unfold(x, k), (8, 10), k), st.integers(2, 3)
    ),
    "places between pixels": _drawn(
        lambda x, kind, border, corners: F.grid_sample(
            x, torch.stack([x[:, 0], x[:, 1]], -1).tanh(), kind, border, corners
        ),
        st.sampled_from(["bilinear", "nearest"]),
        st.sampled_from(["zeros", "border", "reflection"]),
        flags,
    ),
    "channels to places": _drawn(
        lambda x, n: F.pixel_shuffle(x[:, :4], n) if n == 2 else F.channel_shuffle(x, n),
        st.integers(2, 3),
    ),
    "places to channels": _drawn(lambda x: F.pixel_unshuffle(x, 2)),
    "product by letters": _drawn(
        lambda x, equation: torch.einsum(equation, x, x),
        st.sampled_from(["bchw,bdhw->bcd", "bchw,bdhw", "bchw,bchv->bhwv"]),
    ),
    "attention": _drawn(
        lambda x, causal, scale: F.scaled_dot_product_attention(
            x, x, x, is_causal=causal, scale=scale
        ),
        flags,
        numbers,
    ),
    "constants": _drawn(lambda x, v: x * torch.full((6, 1, 1), v) + torch.arange(10.0), numbers),
}


@pytest.mark.parametrize("case", CASES)
@given(data=st.data())
@settings(max_examples=6, deadline=None)
def test_a_function_by_module(case: str, data: st.DataObject) -> None:
    network = Applied(CASES[case](data))
    x = torch.randn(2, *SHAPE)
    assert_same(network, graph_of(network, SHAPE).to_module(), x)


@pytest.mark.parametrize("case", CASES)
@given(data=st.data())
@settings(max_examples=1, deadline=None)
def test_a_function_by_program(case: str, data: st.DataObject) -> None:
    """Exported programs may decompose a function; then the same numbers, or a reason."""
    network = Applied(CASES[case](data))
    x = torch.randn(1, *SHAPE)
    graph = graph_of_program(network, x)
    try:
        module = graph.to_module()
    except GraphError as error:
        assert "cannot run" in str(error)
        return
    assert_same(network, module, x)


@st.composite
def _layers(draw: st.DrawFn) -> tuple[nn.Module, tuple[int, ...]]:
    """A convolution or a norm of one, two or three spatial dimensions, and its input."""
    spatial = draw(st.integers(1, 3))
    shape = (6, *(draw(st.integers(6, 9)) for _ in range(spatial)))
    kernel = [draw(st.integers(1, 3)) for _ in range(spatial)]
    options: dict[str, Any] = {
        "stride": [draw(st.integers(1, 2)) for _ in range(spatial)],
        "padding": [draw(st.integers(0, size // 2)) for size in kernel],
        "groups": draw(st.sampled_from([1, 2, 3, 6])),
        "bias": draw(flags),
        "dilation": draw(st.integers(1, 2)),
    }
    kind = draw(st.sampled_from(["Conv", "ConvTranspose", "BatchNorm", "InstanceNorm", "AvgPool"]))
    layer = getattr(nn, f"{kind}{spatial}d")
    if kind == "AvgPool":
        return layer(kernel, options["stride"], options["padding"]), shape
    if kind.endswith("Norm"):
        return layer(6, eps=draw(numbers), affine=draw(flags)), shape
    if kind == "ConvTranspose":
        options["output_padding"] = [stride - 1 for stride in options["stride"]]
    return layer(6, 6, kernel, **options), shape


@given(_layers())
@settings(max_examples=40, deadline=None)
def test_layers_with_their_weights(drawn: tuple[nn.Module, tuple[int, ...]]) -> None:
    layer, shape = drawn
    with_other_numbers(layer)
    x = torch.randn(2, *shape)
    assert_same(layer, module_of_network(layer, x), x)
