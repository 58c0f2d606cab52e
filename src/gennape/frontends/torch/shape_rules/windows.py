"""Sizes of what windows give: convolutions, pools, padding, resizing."""

from collections.abc import Iterable, Sequence
from typing import Any

from gennape.frontends.torch.rules.windows import sizes
from gennape.frontends.torch.shape_rules.registry import Shape, one, several
from gennape.frontends.torch.tensors import StatedTensor


@one("conv1d conv2d conv3d")
def _convolution(
    x: StatedTensor,
    weight: StatedTensor,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    *_: Any,
    **__: Any,
) -> Shape | None:
    count = weight.dim() - 2
    if isinstance(padding, str):
        return None
    places = _windows(x, weight.shape[2:], stride, padding, dilation)
    return (*x.shape[: x.dim() - count - 1], weight.shape[0], *places)


@one("convolution")
def _any_convolution(*args: Any, **_: Any) -> Shape | None:
    return _transposed(*args[:5], args[7], args[8], args[5]) if args[6] else _convolution(*args[:6])


@one("conv_transpose1d conv_transpose2d conv_transpose3d")
def _transposed(
    x: StatedTensor,
    weight: StatedTensor,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Shape | None:
    count = weight.dim() - 2
    places = [
        (n - 1) * s - 2 * p + d * (k - 1) + extra + 1
        for n, k, s, p, extra, d in zip(
            x.shape[x.dim() - count :],
            weight.shape[2:],
            *(sizes(value, count) for value in (stride, padding, output_padding, dilation)),
            strict=True,
        )
    ]
    return (*x.shape[: x.dim() - count - 1], weight.shape[1] * groups, *places)


@one("max_pool1d max_pool2d max_pool3d")
def _max_pool(
    x: StatedTensor,
    kernel_size: Any,
    stride: Any = (),
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> Shape | None:
    return _pooled(x, kernel_size, stride, padding, dilation, ceil_mode=ceil_mode)


@several("max_pool2d_with_indices max_pool3d_with_indices")
def _max_pool_with_indices(*args: Any, **kwargs: Any) -> Iterable[Shape] | None:
    shape = _max_pool(*args, **kwargs)
    return None if shape is None else [shape] * 2


@one("avg_pool1d avg_pool2d avg_pool3d")
def _average_pool(
    x: StatedTensor,
    kernel_size: Any,
    stride: Any = (),
    padding: Any = 0,
    ceil_mode: bool = False,
    *_: Any,
    **__: Any,
) -> Shape | None:
    return _pooled(x, kernel_size, stride, padding, 1, ceil_mode=ceil_mode)


def _pooled(
    x: StatedTensor, kernel: Any, stride: Any, padding: Any, dilation: Any, *, ceil_mode: bool
) -> Shape | None:
    count = x.dim() - 2
    if isinstance(kernel, list | tuple) and len(kernel) > 1:
        count = len(kernel)
    kernels = sizes(kernel, count)
    step = stride if stride not in ([], (), None) else kernels
    places = _windows(x, kernels, step, padding, dilation, ceil_mode=ceil_mode)
    return (*x.shape[: x.dim() - count], *places)


def _windows(
    x: StatedTensor,
    kernel: Sequence[int],
    stride: Any,
    padding: Any,
    dilation: Any,
    *,
    ceil_mode: bool = False,
) -> list[int]:
    """Count the places of a window along the last dimensions."""
    count = len(kernel)
    result = []
    for n, k, s, p, d in zip(
        x.shape[x.dim() - count :],
        kernel,
        *(sizes(value, count) for value in (stride, padding, dilation)),
        strict=True,
    ):
        room = n + 2 * p - d * (k - 1) - 1
        places = (-(-room // s) if ceil_mode else room // s) + 1
        if ceil_mode and (places - 1) * s >= n + p:  # it would begin in the padding at the end
            places -= 1
        result.append(places)
    return result


@one("adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d")
def _adaptive(x: StatedTensor, output_size: Sequence[int]) -> Shape | None:
    return (*x.shape[: x.dim() - len(output_size)], *output_size)


@several("adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d")
def _adaptive_max(x: StatedTensor, output_size: Sequence[int]) -> Iterable[Shape] | None:
    shape = _adaptive(x, output_size)
    return None if shape is None else [shape] * 2


@one("pad constant_pad_nd reflection_pad1d reflection_pad2d replication_pad2d replication_pad1d")
def _padded(x: StatedTensor, pad: Sequence[int], *_: Any, **__: Any) -> Shape | None:
    shape = list(x.shape)
    for place in range(len(pad) // 2):
        shape[-1 - place] += pad[2 * place] + pad[2 * place + 1]
    return tuple(shape)


@one(
    "upsample_nearest1d upsample_nearest2d upsample_nearest3d upsample_nearest_exact1d "
    "upsample_nearest_exact2d upsample_nearest_exact3d upsample_linear1d upsample_bilinear2d "
    "upsample_trilinear3d upsample_bicubic2d"
)
def _resized(
    x: StatedTensor, output_size: Sequence[int] | None, *_: Any, **__: Any
) -> Shape | None:
    return None if output_size is None else (*x.shape[:2], *output_size)
