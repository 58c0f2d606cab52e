"""A module whose parameters are meta tensors for a while."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn


@contextmanager
def on_meta(module: nn.Module) -> Iterator[dict[str, Tensor]]:
    """Put `module` into evaluation with meta tensors as parameters and buffers.

    Afterwards every submodule has exactly the attributes it had before, whatever
    `forward` stored on it.

    Yields:
        The meta tensors that stand for the parameters, by qualified name; one that is
        used in several places has its first name.
    """
    before = [(part, part.__dict__.copy()) for part in module.modules()]
    copies: dict[int, Tensor] = {}
    try:
        for part, _ in before:
            part.__dict__.update(
                training=False,
                _parameters=_copied(part._parameters, copies),
                _buffers=_copied(part._buffers, copies),
            )
        yield dict(module.named_parameters())
    finally:
        for part, attributes in before:
            part.__dict__.clear()
            part.__dict__.update(attributes)


def _copied(
    tensors: Mapping[str, Tensor | None], copies: dict[int, Tensor]
) -> dict[str, Tensor | None]:
    """The same dictionary with meta tensors; one tensor always gets the same copy."""
    return {
        name: None if tensor is None else copies.setdefault(id(tensor), _meta(tensor))
        for name, tensor in tensors.items()
    }


def _meta(tensor: Tensor) -> Tensor:
    empty = torch.empty(tensor.shape, dtype=tensor.dtype, device="meta")
    return nn.Parameter(empty, requires_grad=False) if isinstance(tensor, nn.Parameter) else empty
