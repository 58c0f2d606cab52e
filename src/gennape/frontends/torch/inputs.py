"""Inputs of modules and programs as tensors of the trace."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves, tree_map

from gennape.frontends.inputs import NetworkInputs, TensorSpec

Copy = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class CallArguments:
    """The arguments of one call of a module."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    @property
    def tensors(self) -> list[Tensor]:
        """All tensors among them, in order."""
        return tensors_inside((self.args, dict(self.kwargs)))


def call_arguments(inputs: NetworkInputs, dtype: torch.dtype, copy: Copy) -> CallArguments:
    """Make the tensors that a module is called with.

    Args:
        inputs: Example tensors, specs, and values that are passed on.
        dtype: Element type of specs that state none.
        copy: Makes the copy of an example that is used; specs are meta tensors.
    """

    def tensor(leaf: Any) -> Any:
        if isinstance(leaf, TensorSpec):
            own = dtype if leaf.dtype is None else element_type(leaf.dtype)
            return copy(torch.empty(leaf.shape, dtype=own, device="meta"))
        if isinstance(leaf, Tensor):
            return copy(leaf.detach())
        if hasattr(leaf, "__array_interface__"):
            return copy(torch.as_tensor(leaf))
        if is_dataclass(leaf) and not isinstance(leaf, type):
            values = {f.name: getattr(leaf, f.name) for f in fields(leaf) if f.init}
            return replace(leaf, **tree_map(tensor, values))
        return leaf

    args, kwargs = tree_map(tensor, (inputs.args, dict(inputs.kwargs or {})))
    return CallArguments(args, kwargs)


def element_type(name: str) -> torch.dtype:
    """Return PyTorch's element type called `name`."""
    dtype: torch.dtype = getattr(torch, name)
    return dtype


def tensors_inside(value: Any) -> list[Tensor]:
    """Return all tensors in nested sequences, mappings and dataclasses, in order."""
    found: list[Tensor] = []
    for leaf in tree_leaves(value):
        if isinstance(leaf, Tensor):
            found.append(leaf)
        elif is_dataclass(leaf) and not isinstance(leaf, type):
            found += tensors_inside([getattr(leaf, field.name) for field in fields(leaf)])
    return found
