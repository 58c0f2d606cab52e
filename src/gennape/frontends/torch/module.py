"""A `torch.nn.Module` becomes a graph."""

import warnings
from collections.abc import Callable, Sequence
from itertools import chain

import torch
from torch import Tensor, nn
from torch.export import ExportedProgram
from torch.nn.parameter import is_lazy

from gennape.frontends.errors import FrontendError, failure
from gennape.frontends.torch.copies import empty_copy, on_copies
from gennape.frontends.torch.program import trace_program
from gennape.frontends.torch.trace import tensors_in
from gennape.frontends.torch.tracer import HiddenOperations, traced
from gennape.graph import ComputationGraph


def trace_module(
    module: nn.Module, input_shape: Sequence[int] | None, name: str = ""
) -> ComputationGraph:
    """Trace what `module` computes for one sample, in evaluation.

    Its `forward` runs on meta tensors. Where it needs the values of tensors, it runs on
    zeros instead; where it hides its operations, as TorchScript functions do, it is
    exported by `torch.export`; either with a warning.

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
        return _trace(module, shape, name, empty_copy)
    except HiddenOperations as error:
        warnings.warn(f"{name} is read through torch.export: {error}", stacklevel=2)
        return trace_program(_exported(module, shape, name), name=name)
    except Exception as error:
        if "meta" not in str(error).lower() and not isinstance(error, NotImplementedError):
            raise failure(name, shape, error) from error
        warnings.warn(f"{name} is run on zeros, because it needs values: {error}", stacklevel=2)
    try:
        return _trace(module, shape, name, Tensor.clone)
    except Exception as error:
        raise failure(name, shape, error) from error


def _trace(
    module: nn.Module, shape: tuple[int, ...], name: str, copy: Callable[[Tensor], Tensor]
) -> ComputationGraph:
    """Trace one run of `module` on copies of its parameters."""
    with on_copies(module, copy) as parameters, torch.no_grad():
        floats = (p for p in parameters.values() if p.is_floating_point())
        like = next(floats, copy(torch.empty(0)))
        x = torch.zeros((1, *shape), dtype=like.dtype, device=like.device)
        held = chain.from_iterable(part.__dict__.values() for part in module.modules())
        constants = [*module.buffers(), *tensors_in(held)]
        return traced(module, parameters, constants, [x], name)


def _exported(module: nn.Module, shape: tuple[int, ...], name: str) -> ExportedProgram:
    """Export `module` in evaluation."""
    with on_copies(module, lambda tensor: tensor):
        parameter = next(module.parameters(), torch.empty(0))
        example = torch.zeros(1, *shape, dtype=parameter.dtype, device=parameter.device)
        try:
            return torch.export.export(module, (example,))
        except Exception as error:
            raise failure(name, shape, error) from error


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
