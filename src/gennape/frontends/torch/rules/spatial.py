"""Rules for borders, sizes and places of maps."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from gennape.frontends.torch.registry import traces
from gennape.frontends.torch.rules.windows import sizes
from gennape.frontends.torch.tensors import Tensor
from gennape.frontends.torch.trace import Trace
from gennape.graph import Op
from gennape.graph.arrays import NO_ATTRIBUTES


@traces("pad constant_pad_nd reflection_pad2d replication_pad2d")
def pad(
    trace: Trace,
    output: Tensor,
    x: Tensor,
    pad: Sequence[int],
    mode: Any = "constant",
    value: float | None = None,
) -> None:
    """Write a border; sides come in PyTorch's order, the last dimension first."""
    sides = [int(side) for side in pad]
    if not any(sides):
        trace.same(output, x)
        return
    details: dict[str, Any] = {}
    if mode != "constant":
        details["mode"] = mode
    if value:
        details["value"] = value
    left, right, top, bottom = (*sides, 0, 0, 0, 0)[:4]
    attributes = NO_ATTRIBUTES
    if trace.axis(x) == 1 and x.dim() == 4 and not any(sides[4:]):
        attributes = (1, 1, 1, 1, top, left, bottom, right, 1, 1, 1, 0)
    else:
        details["pads"] = sides
    trace.emit(Op.PAD, (x,), output, attributes=attributes, details=details)


@traces("interpolate upsample")
def resize(
    trace: Trace,
    output: Tensor,
    x: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
    **__: Any,
) -> None:
    """Write another height and width."""
    if output.shape == x.shape:
        trace.same(output, x)
        return
    details: dict[str, Any] = {} if mode == "nearest" else {"mode": mode}
    if align_corners:
        details["align_corners"] = True
    if antialias:
        details["antialias"] = True
    if scale_factor is not None and not recompute_scale_factor:
        count = x.dim() - 2
        factors = [scale_factor] * count if isinstance(scale_factor, int | float) else scale_factor
        pairs = zip(x.shape[2:], factors, output.shape[2:], strict=True)
        if any(size * factor != after for size, factor, after in pairs):
            details["scales"] = [float(factor) for factor in factors]
    trace.emit(Op.RESIZE, (x,), output, axis=1, read_axis=1, details=details)


def upsample(
    mode: str,
    trace: Trace,
    output: Tensor,
    x: Tensor,
    output_size: Any,
    *settings: Any,
    **__: Any,
) -> None:
    """Write the operator behind `interpolate` for one mode; factors come last, listed or not."""
    corners = mode != "nearest" and settings[:1] == (True,)
    given = [value for value in settings if isinstance(value, float | list | tuple)]
    factors = given[0] if given and not isinstance(given[0], float) else given
    resize(trace, output, x, None, factors or None, mode, corners)


for _mode in ("nearest", "bilinear", "bicubic"):
    traces(f"upsample_{_mode}2d")(partial(upsample, _mode))


@traces("roll")
def roll(trace: Trace, output: Tensor, x: Tensor, shifts: Any, dims: Any = None) -> None:
    """Write elements moved along dimensions, round the end."""
    listed = [[value] if isinstance(value, int) else list(value or []) for value in (shifts, dims)]
    trace.emit(Op.ROLL, (x,), output, details={"shifts": listed[0], "axes": listed[1]})


@traces("unfold im2col")
def unfold(trace: Trace, output: Tensor, x: Tensor, *args: Any, **options: Any) -> None:
    """Write windows as columns, or as a new last dimension."""
    if output.dim() > x.dim():
        names: tuple[str, ...] = ("dimension", "size", "step")
        given = dict(zip(names, args, strict=False)) | options
        details = {"axis": given["dimension"] % x.dim(), "size": given["size"]}
        trace.emit(Op.UNFOLD, (x,), output, details=details | {"step": given["step"]})
        return
    names = ("kernel_size", "dilation", "padding", "stride")
    given = {"dilation": 1, "padding": 0, "stride": 1}
    given |= dict(zip(names, args, strict=False)) | options
    pairs = {name: list(sizes(given[name], 2)) for name in names}
    trace.emit(Op.UNFOLD, (x,), output, details={"kernel": pairs.pop("kernel_size"), **pairs})


@traces("fold col2im")
def fold(trace: Trace, output: Tensor, x: Tensor, *args: Any, **options: Any) -> None:
    """Write columns added up as windows, outside the vocabulary."""
    names = ("output_size", "kernel_size", "dilation", "padding", "stride")
    given = {"dilation": 1, "padding": 0, "stride": 1}
    given |= dict(zip(names, args, strict=False)) | options
    settings = [size for name in names for size in sizes(given[name], 2)]
    details = {"function": "fold", "settings": settings}
    trace.emit(Op.OTHER, (x,), output, axis=1, details=details)


def sort(function: str, trace: Trace, output: Any, x: Tensor, *args: Any, **options: Any) -> None:
    """Write elements by size, or their places."""
    names = {"topk": ("k", "dim", "largest"), "sort": ("dim", "descending")}
    given = dict(zip(names.get(function, ("dim", "descending")), args, strict=False)) | options
    details: dict[str, Any] = {"axis": given.get("dim", -1) % max(x.dim(), 1)}
    if given.get("largest", function == "topk") or given.get("descending", False):
        details["descending"] = True
    if function == "topk":
        details["count"] = int(given["k"])
    if function == "argsort":
        details["places"] = True
    results = [output] if isinstance(output, Tensor) else list(output)
    mixes = (details["axis"],)
    trace.emit(Op.SORT, (x,), results[0], details=details, mixes=mixes)
    trace.also(results[1:], results[0])


for _function in ("topk", "sort", "argsort"):
    traces(_function)(partial(sort, _function))


@traces("grid_sample")
def grid_sample(
    trace: Trace,
    output: Tensor,
    x: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> None:
    """Write values between the pixels, at computed places."""
    details: dict[str, Any] = {} if mode == "bilinear" else {"mode": mode}
    if padding_mode != "zeros":
        details["padding_mode"] = padding_mode
    if align_corners:
        details["align_corners"] = True
    trace.emit(Op.GRID_SAMPLE, (x, grid), output, axis=1, details=details)


@traces("fft_fft fft_ifft fft_rfft fft_irfft fft_fft2 fft_ifft2 fft_rfft2 fft_irfft2")
def fourier_transform(trace: Trace, output: Tensor, x: Tensor, *_: Any, **__: Any) -> None:
    """Write a fast Fourier transform, forwards or back."""
    trace.emit(Op.FFT, (x,), output, details={"function": "fft"})
