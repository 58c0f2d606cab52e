"""A module that works with copies of its parameters for a while."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

_OF_PYTORCH = frozenset(vars(nn.Module()))

Copy = Callable[[Tensor], Tensor]


def empty_copy(tensor: Tensor) -> Tensor:
    """Make a meta tensor of the same shape and type: no numbers, no memory."""
    return torch.empty(tensor.shape, dtype=tensor.dtype, device="meta")


def copy_numbers(tensor: Tensor, home: torch.device) -> Tensor:
    """Copy a tensor; zeros at `home` where it is a meta tensor."""
    return torch.zeros_like(tensor, device=home) if tensor.is_meta else tensor.clone()


def copy_whole_numbers(tensor: Tensor, home: torch.device) -> Tensor:
    """Copy a tensor of whole numbers or truth values; of others only shape and type."""
    if tensor.is_floating_point() or tensor.is_complex():
        return empty_copy(tensor)
    return copy_numbers(tensor, home)


@contextmanager
def on_copies(module: nn.Module, copy: Copy) -> Iterator[dict[str, Tensor]]:
    """Put `module` into evaluation with copies of its parameters and buffers.

    Afterwards every submodule has exactly the attributes it had before, whatever
    `forward` stored on it, or in its own lists and dictionaries.

    Yields:
        The copies of the parameters, by qualified name; one that is used in several
        places has its first name.
    """
    before = [(part, part.__dict__.copy()) for part in module.modules()]
    contents = [(held, held.copy()) for _, own in before for held in _containers(own)]
    copies: dict[int, Tensor] = {}
    try:
        for part, _ in before:
            part.__dict__.update(
                training=False,
                _parameters=_copied(part._parameters, copy, copies),
                _buffers=_copied(part._buffers, copy, copies),
            )
        yield dict(module.named_parameters())
    finally:
        for part, attributes in before:
            part.__dict__.clear()
            part.__dict__.update(attributes)
        for held, content in contents:
            held.clear()
            held.extend(content) if isinstance(held, list) else held.update(content)


def _containers(attributes: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the lists, sets and dictionaries that a module keeps beside those of PyTorch."""
    for name, value in attributes.items():
        if type(value) in (dict, list, set) and name not in _OF_PYTORCH:
            yield value


def _copied(
    tensors: Mapping[str, Tensor | None], copy: Copy, copies: dict[int, Tensor]
) -> dict[str, Tensor | None]:
    """Copy a dictionary of tensors; one tensor always gets the same copy."""
    return {
        name: None if tensor is None else copies.setdefault(id(tensor), _copy(tensor, copy))
        for name, tensor in tensors.items()
    }


def _copy(tensor: Tensor, copy: Copy) -> Tensor:
    copied = copy(tensor.detach())
    if isinstance(tensor, nn.Parameter):
        return nn.Parameter(copied, requires_grad=False)
    return copied
