"""PyTorch calls that run on meta tensors although their kernels would not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.fx.experimental import _config as meta_config
from torch.utils._pytree import tree_map_only

from gennape.frontends.torch.registry import TorchFunction
from gennape.frontends.torch.traced_values import tensors_in


def run_call(
    func: Any, function: TorchFunction, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Call `func`; tensors with numbers beside meta tensors lose their numbers."""
    if function.name in _STAND_INS:
        return _STAND_INS[function.name](*args)
    if function.name in _MOVES and args and isinstance(args[0], Tensor) and args[0].is_meta:
        return _moved(func, args, kwargs)
    try:
        return func(*args, **kwargs)
    except RuntimeError:
        tensors = tensors_in([*args, *kwargs.values()])
        if len({tensor.is_meta for tensor in tensors}) < 2:
            raise
        if function.in_place:
            return args[0]
        args, kwargs = tree_map_only(Tensor, lambda tensor: tensor.to("meta"), (args, kwargs))
        return func(*args, **kwargs)


_MOVES = frozenset({"to", "to_copy", "cpu", "cuda"})


def _moved(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a function that moves a meta tensor to a device: the tensor stays where it is."""
    if getattr(func, "__name__", "") in ("cpu", "cuda"):
        return args[0].view_as(args[0])
    places = tuple("meta" if isinstance(a, torch.device | str) else a for a in args[1:])
    if kwargs.get("device") is not None:
        kwargs = kwargs | {"device": "meta"}
    return func(args[0], *places, **kwargs)


@contextmanager
def everything_found() -> Iterator[None]:
    """Let searches on meta tensors find every element, as their results need some size."""
    before = meta_config.meta_nonzero_assume_all_nonzero
    meta_config.meta_nonzero_assume_all_nonzero = True
    try:
        yield
    finally:
        meta_config.meta_nonzero_assume_all_nonzero = before


def _kept_boxes(boxes: Tensor, *_: Any) -> Tensor:
    """Stand in for a suppression of boxes: all are kept."""
    return torch.zeros(boxes.shape[0], dtype=torch.int64, device=boxes.device)


def _pooled_regions(x: Tensor, boxes: Tensor, scale: float, *size: Any) -> Tensor:
    """Stand in for the pooling of a region for each box."""
    return x.new_zeros(boxes.shape[0], x.shape[1], size[0], size[1])


def _deformed(x: Tensor, weight: Tensor, offset: Tensor, *_: Any) -> Tensor:
    """Stand in for a deformable convolution; its offsets have the size of its result."""
    return x.new_zeros(x.shape[0], weight.shape[0], *offset.shape[2:])


_STAND_INS: dict[str, Callable[..., Tensor]] = {
    "nms": _kept_boxes,
    "roi_align": _pooled_regions,
    "deform_conv2d": _deformed,
}
"""Shapes of compiled operators of torchvision, which need not be there."""
