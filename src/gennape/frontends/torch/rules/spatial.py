"""Rules for borders, sizes and places of maps."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from torch import Tensor

from gennape.frontends.torch.registry import traces
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
    *_: Any,
    **__: Any,
) -> None:
    """Write another height and width."""
    if output.shape == x.shape:
        trace.same(output, x)
        return
    details: dict[str, Any] = {} if mode == "nearest" else {"mode": mode}
    if align_corners:
        details["align_corners"] = True
    trace.emit(Op.RESIZE, (x,), output, axis=1, read_axis=1, details=details)


def upsample(
    mode: str,
    trace: Trace,
    output: Tensor,
    x: Tensor,
    output_size: Any,
    align_corners: Any = None,
    *_: Any,
    **__: Any,
) -> None:
    """Write the operator behind `interpolate` for one mode."""
    corners = align_corners is True and mode != "nearest"
    resize(trace, output, x, mode=mode, align_corners=corners)


for _mode in ("nearest", "bilinear", "bicubic"):
    traces(f"upsample_{_mode}2d")(partial(upsample, _mode))


@traces("roll")
def roll(trace: Trace, output: Tensor, x: Tensor, shifts: Any, dims: Any = None) -> None:
    """Write elements moved along dimensions, round the end."""
    listed = [[value] if isinstance(value, int) else list(value or []) for value in (shifts, dims)]
    trace.emit(Op.ROLL, (x,), output, details={"shifts": listed[0], "axes": listed[1]})


@traces("unfold im2col")
def unfold(trace: Trace, output: Tensor, x: Tensor, *_: Any, **__: Any) -> None:
    """Write windows as columns."""
    trace.emit(Op.UNFOLD, (x,), output)


@traces("fold col2im")
def fold(trace: Trace, output: Tensor, x: Tensor, *_: Any, **__: Any) -> None:
    """Write columns added up as windows, outside the vocabulary."""
    trace.emit(Op.OTHER, (x,), output, axis=1, details={"function": "fold"})


@traces("topk sort argsort")
def sort(trace: Trace, output: Any, x: Tensor, *_: Any, **__: Any) -> None:
    """Write elements by size."""
    results = [output] if isinstance(output, Tensor) else list(output)
    trace.emit(Op.SORT, (x,), results[0])
    trace.also(results[1:], results[0])


@traces("grid_sample")
def grid_sample(trace: Trace, output: Tensor, x: Tensor, grid: Tensor, *_: Any, **__: Any) -> None:
    """Write values between the pixels, at computed places."""
    trace.emit(Op.GRID_SAMPLE, (x, grid), output, axis=1)


@traces("fft_fft fft_ifft fft_rfft fft_irfft fft_fft2 fft_ifft2 fft_rfft2 fft_irfft2")
def fourier_transform(trace: Trace, output: Tensor, x: Tensor, *_: Any, **__: Any) -> None:
    """Write a fast Fourier transform, forwards or back."""
    trace.emit(Op.FFT, (x,), output)
