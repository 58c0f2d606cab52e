"""A `torch.nn.Module` becomes a graph."""

import warnings
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import ExportedProgram
from torch.nn.parameter import is_lazy

from gennape.frontends.errors import FrontendError, failure
from gennape.frontends.inputs import NetworkInputs, TensorSpec
from gennape.frontends.torch.call import Call, HiddenOperations, traced
from gennape.frontends.torch.copies import (
    Copy,
    copy_numbers,
    copy_whole_numbers,
    empty_copy,
    on_copies,
)
from gennape.frontends.torch.inputs import call_arguments
from gennape.frontends.torch.layer_names import LayerCallback
from gennape.frontends.torch.layers import announced_layers
from gennape.frontends.torch.program import trace_program
from gennape.frontends.torch.traced_values import tensors_in
from gennape.graph import ComputationGraph


def trace_module(
    module: nn.Module, inputs: NetworkInputs | None, name: str = "", *, shapes_only: bool = False
) -> ComputationGraph:
    """Trace what `module` computes, in evaluation.

    Its `forward` runs on meta tensors. Where it needs the values of tensors, it runs on
    zeros or the given examples instead, only whole numbers first, as those that it asks for are
    mostly masks and positions; where it hides its operations, as TorchScript functions do, it is
    exported by `torch.export`; each with a warning.

    Args:
        module: Any module; it is left exactly as it was.
        inputs: The arguments of `forward`.
        name: A name for the graph; the class of the module unless given.
        shapes_only: Whether to fail where values are needed.

    Raises:
        FrontendError: `forward` fails; gives its message.
    """
    name = name or type(module).__name__
    given = _checked(module, inputs, name)
    try:
        return _trace(module, given, name, empty_copy)
    except HiddenOperations as error:
        warnings.warn(f"{name} is read through torch.export: {error}", stacklevel=2)
        return trace_program(_exported(module, given, name), name=name)
    except Exception as error:
        if whole := _as_whole_numbers(given, error):
            return trace_module(module, whole, name, shapes_only=shapes_only)
        needs_values = "meta" in str(error).lower() or isinstance(error, NotImplementedError)
        if shapes_only or not needs_values:
            raise failure(name, given, error) from error
        reason = error
    with suppress(Exception):
        graph = _trace(module, given, name, partial(copy_whole_numbers, home=_home(module)))
        warnings.warn(f"{name} is read with zeros as whole numbers: {reason}", stacklevel=2)
        return graph
    warnings.warn(f"{name} is run on zeros, because it needs values: {reason}", stacklevel=2)
    try:
        return _trace(module, given, name, partial(copy_numbers, home=_home(module)))
    except Exception as error:
        raise failure(name, given, error) from error


def _trace(module: nn.Module, inputs: NetworkInputs, name: str, copy: Copy) -> ComputationGraph:
    """Trace one run of `module` on copies of its parameters."""
    dtype = next((p.dtype for p in module.parameters() if p.is_floating_point()), None)
    with on_copies(module, copy) as parameters, torch.no_grad(), _uncompiled():
        given = call_arguments(inputs, dtype or torch.float32, copy)
        held = chain.from_iterable(part.__dict__.values() for part in module.modules())

        def run(enter_layer: LayerCallback) -> Any:
            with announced_layers(module, enter_layer):
                return module(*given.args, **given.kwargs)

        own = [tensor for tensor in tensors_in(held) if isinstance(tensor, Tensor)]
        call = Call(
            run=run,
            parameters=parameters,
            constants=[*module.buffers(), *own],
            inputs=given.tensors,
        )
        return traced(call, name)


def _home(module: nn.Module) -> torch.device:
    """Return the device where tensors of a module may have numbers."""
    devices = (parameter.device for parameter in module.parameters())
    return next((device for device in devices if device.type != "meta"), torch.device("cpu"))


def _uncompiled() -> AbstractContextManager[Any]:
    """Run what `torch.compile` has wrapped as it was written."""
    stance: AbstractContextManager[Any] = torch.compiler.set_stance("force_eager")
    return stance


def _exported(module: nn.Module, inputs: NetworkInputs, name: str) -> ExportedProgram:
    """Export `module` in evaluation."""
    home = _home(module)
    dtype = next((p.dtype for p in module.parameters() if p.is_floating_point()), None)
    with on_copies(module, lambda tensor: tensor):
        given = call_arguments(inputs, dtype or torch.float32, partial(copy_numbers, home=home))
        try:
            return torch.export.export(module, given.args, dict(given.kwargs))
        except Exception as error:
            raise failure(name, inputs, error) from error


def _as_whole_numbers(inputs: NetworkInputs, error: Exception) -> NetworkInputs | None:
    """Give the one input without a type whole numbers, if the error says that these are needed."""
    needed = "Long, Int" in str(error) or "must be long" in str(error)
    spec = inputs.args[0] if len(inputs.args) == 1 else None
    if not (needed and isinstance(spec, TensorSpec) and spec.dtype is None):
        return None
    return replace(inputs, args=(replace(spec, dtype="int64"),))


def _checked(module: nn.Module, inputs: NetworkInputs | None, name: str) -> NetworkInputs:
    """Return the inputs of a module that can be run.

    Raises:
        FrontendError: They are not known, or it cannot be run.
    """
    if inputs is None:
        raise FrontendError(
            f"{name} does not state the size of its input; give input_shape, such as "
            "(3, 224, 224), or --input 3x224x224"
        )
    for part_name, part in module.named_modules():
        if isinstance(part, torch.jit.ScriptModule):
            where = f"the part {part_name!r} of {name}" if part_name else name
            raise FrontendError(
                f"{where} is TorchScript, which hides its operations; give the module it was made "
                "from"
            )
    if any(is_lazy(parameter) for parameter in module.parameters()):
        raise FrontendError(f"{name} has lazy parameters without a shape; run it once on an input")
    return inputs
