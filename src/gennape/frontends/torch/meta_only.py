"""Calls of exported programs: PyTorch's own functions of tensors, on meta tensors alone.

A file chooses the operators and their arguments. Meta tensors have no numbers and no memory, so
nothing is computed and no kernel follows an index of the file; what is left are sizes, which are
bounded here.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch._C import DispatchKey
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

from gennape.frontends.torch.callable_operators import is_callable
from gennape.frontends.torch.tensors import LARGEST_NUMBER, MOST_DIMS
from gennape.utils.errors import GennapeError

MOST_PIECES = 65_536
"""Tensors that one call may give."""

_COUNTS = frozenset(
    {
        *("groups", "num_groups", "upscale_factor", "downscale_factor", "chunks", "sections"),
        *("split_size", "kernel_size", "stride", "dilation", "step", "hop_length"),
    }
)
"""Arguments that some native code divides by."""
_LONG_LISTS = frozenset({"split_sizes", "split_size", "indices", "tensors"})


class UnsafeCall(GennapeError, RuntimeError):
    """A call that a file must not make; says why."""


@cache
def _only_tells_shapes(operator: OpOverload) -> bool:
    """Tell whether an operator on meta tensors only makes others: it has a kernel for them."""
    return (
        is_callable(operator)
        or operator.has_kernel_for_dispatch_key(DispatchKey.Meta)
        or DispatchKey.Meta in operator.py_kernels
        or operator.has_kernel_for_dispatch_key(DispatchKey.CompositeImplicitAutograd)
    )


def check_call(operator: OpOverload, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """Check the numbers that a call is given.

    Raises:
        UnsafeCall: They are beyond what a network has, or no native code may see them.
    """
    names = [argument.name for argument in operator._schema.arguments]
    named = {**dict(zip(names, args, strict=False)), **kwargs}
    for name, value in named.items():
        numbers = value if isinstance(value, list | tuple) else (value,)
        if len(numbers) > (MOST_PIECES if name in _LONG_LISTS else MOST_DIMS):
            raise UnsafeCall(f"{operator} has {len(numbers):,} numbers or tensors as its {name}")
        whole = [n for n in numbers if isinstance(n, int)]
        if whole and max(map(abs, whole)) > LARGEST_NUMBER:
            raise UnsafeCall(f"{operator} has a number beyond 63 bits as its {name}")
        if name in _COUNTS and whole and min(whole) < 1:
            raise UnsafeCall(f"{operator} has {min(whole)} as its {name}")
    _check_pieces(operator, named)


def _check_pieces(operator: OpOverload, named: Mapping[str, Any]) -> None:
    """Check how many tensors an operator that takes one apart gives."""
    if not any(str(result.type) == "List[Tensor]" for result in operator._schema.returns):
        return
    x = named.get("self")
    if not isinstance(x, Tensor) or not x.dim():
        return
    dim = named.get("dim", 0)
    size = x.shape[dim] if isinstance(dim, int) and -x.dim() <= dim < x.dim() else 0
    length = named.get("split_size", 1)
    pieces = -(-size // length) if isinstance(length, int) else 0
    pieces = min(pieces, named["chunks"]) if "chunks" in named else pieces
    pieces = named.get("sections", pieces)
    if "indices" not in named and "split_sizes" not in named and pieces > MOST_PIECES:
        raise UnsafeCall(f"{operator} takes a tensor apart into {pieces:,}")


class MetaOnly(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Refuses tensors that are not on the meta device, and makes new ones there.

    Args:
        calls: Operators that may run, those that others are made of among them.
    """

    def __init__(self, calls: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._calls_left = calls

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Run one operator."""
        kwargs = dict(kwargs or {})
        self._calls_left -= 1
        if self._calls_left < 0:
            raise UnsafeCall("its operators are made of more others than those of networks")
        if not isinstance(func, OpOverload) or not _only_tells_shapes(func):
            raise UnsafeCall(f"{func} is not called on tensors without numbers")
        _refuse_real([*args, *kwargs.values()])
        check_call(func, args, kwargs)
        if any(argument.name == "device" for argument in func._schema.arguments):
            args, kwargs = _on_meta(func, args, kwargs)
        result = func(*args, **kwargs)
        _refuse_real([result])
        return result


def _on_meta(
    func: OpOverload, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Give an operator the meta device, wherever its arguments state one."""
    names = [argument.name for argument in func._schema.arguments]
    place = names.index("device")
    if place < len(args):
        return (*args[:place], torch.device("meta"), *args[place + 1 :]), kwargs
    return args, kwargs | {"device": torch.device("meta")}


def _refuse_real(values: Sequence[Any]) -> None:
    """Refuse tensors with numbers, and those of a kind or size that no network has."""
    for tensor in _tensors(values):
        if not tensor.is_meta or tensor.layout is not torch.strided or tensor.is_quantized:
            raise UnsafeCall("a tensor with numbers, or stored in another way, is not read")
        if tensor.dim() > MOST_DIMS:
            raise UnsafeCall(f"a tensor has {tensor.dim()} dimensions")


def _tensors(values: Sequence[Any]) -> Iterator[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from _tensors(value)
