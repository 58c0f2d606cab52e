"""A `torch.nn.Module` becomes a graph."""

import warnings
from collections.abc import Sequence

import torch
from torch import nn
from torch.export import ExportedProgram
from torch.nn.parameter import is_lazy

from gennape.frontends.errors import FrontendError
from gennape.frontends.torch.meta_copy import on_meta
from gennape.frontends.torch.program import trace_program
from gennape.frontends.torch.tracer import HiddenOperations, failure, traced
from gennape.graph import ComputationGraph


def trace_module(
    module: nn.Module, input_shape: Sequence[int] | None, name: str = ""
) -> ComputationGraph:
    """The graph of what `module` computes for one sample, in evaluation.

    Where `forward` needs the values of tensors, which meta tensors do not have, the
    module is exported by `torch.export` first, with a warning.

    Args:
        module: Any module; it is left exactly as it was.
        input_shape: Sizes of one sample without the batch, (channels, height, width).
        name: A name for the graph; the class of the module unless given.

    Raises:
        FrontendError: `forward` fails; gives its message.
    """
    name = name or type(module).__name__
    shape = _checked_shape(module, input_shape, name)
    try:
        with on_meta(module) as parameters:
            dtypes = (p.dtype for p in parameters.values() if p.is_floating_point())
            dtype = next(dtypes, torch.get_default_dtype())
            x = torch.empty((1, *shape), dtype=dtype, device="meta")
            return traced(module, parameters, [x], name)
    except Exception as error:
        if not _needs_values(error):
            raise failure(name, shape, error) from error
        warnings.warn(f"{name} is read through torch.export: {error}", stacklevel=2)
    try:
        return trace_program(_exported(module, shape), name=name)
    except Exception as error:
        raise failure(name, shape, error) from error


def _needs_values(error: Exception) -> bool:
    """Whether the trace failed because meta tensors have no values."""
    known = isinstance(error, HiddenOperations | NotImplementedError)
    return known or "meta" in str(error).lower()


def _exported(module: nn.Module, shape: tuple[int, ...]) -> ExportedProgram:
    """The program of `module` in evaluation."""
    modes = [(part, part.training) for part in module.modules()]
    parameter = next(module.parameters(), torch.empty(0))
    example = torch.zeros(1, *shape, dtype=parameter.dtype, device=parameter.device)
    try:
        return torch.export.export(module.eval(), (example,))
    finally:
        for part, training in modes:
            part.training = training


def _checked_shape(
    module: nn.Module, input_shape: Sequence[int] | None, name: str
) -> tuple[int, ...]:
    if input_shape is None:
        raise FrontendError(
            f"{name} does not state the size of its input; give input_shape, such as "
            "(3, 224, 224), or --input 3x224x224"
        )
    if isinstance(module, torch.jit.ScriptModule):
        raise FrontendError(
            f"{name} is TorchScript, which hides its operations; give the module it was made from"
        )
    if any(is_lazy(parameter) for parameter in module.parameters()):
        raise FrontendError(f"{name} has lazy parameters without a shape; run it once on an input")
    return tuple(input_shape)
