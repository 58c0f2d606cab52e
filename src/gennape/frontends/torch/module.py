"""A `torch.nn.Module` becomes a graph."""

import warnings
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.export import ExportedProgram
from torch.nn.parameter import is_lazy
from torch.utils._pytree import tree_leaves

from gennape.frontends.errors import FrontendError
from gennape.frontends.torch.meta_copy import on_meta
from gennape.frontends.torch.tracer import Tracer
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
    _check(module, input_shape, name)
    shape = tuple(input_shape or ())
    try:
        return _trace(module, [(1, *shape)], name)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        if "meta" not in reason.lower() and not isinstance(error, NotImplementedError):
            raise FrontendError(_failure(name, shape, reason)) from error
        warnings.warn(f"{name} is read through torch.export, because {reason}", stacklevel=2)
        try:
            return trace_program(_exported(module, shape), name=name)
        except Exception as second:
            reason = f"{type(second).__name__}: {second}"
            raise FrontendError(_failure(name, shape, reason)) from second


def trace_program(
    program: ExportedProgram, input_shape: Sequence[int] | None = None, name: str = ""
) -> ComputationGraph:
    """The graph of an exported program.

    Args:
        program: What `torch.export.export` returned.
        input_shape: Sizes of one sample of the first input without the batch; those of
            the example it was exported with unless given.
        name: A name for the graph.

    Raises:
        FrontendError: The program does not run with this input.
    """
    placeholders = {node.name: node for node in program.graph.nodes if node.op == "placeholder"}
    inputs = [placeholders[name].meta["val"] for name in program.graph_signature.user_inputs]
    shapes = [tuple(int(size) for size in tensor.shape) for tensor in inputs]
    if input_shape is not None:
        shapes[0] = (shapes[0][0], *input_shape)
    try:
        return _trace(program.module(), shapes, name or "exported program")
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise FrontendError(_failure(name or "the program", shapes[0][1:], reason)) from error


def _trace(module: nn.Module, shapes: Sequence[Sequence[int]], name: str) -> ComputationGraph:
    """The graph of one call on inputs of `shapes`, the batch first."""
    with on_meta(module) as parameters, torch.no_grad():
        tracer = Tracer(parameters)
        floats = (p.dtype for p in parameters.values() if p.is_floating_point())
        dtype = next(floats, torch.get_default_dtype())
        inputs = [torch.empty(shape, dtype=dtype, device="meta") for shape in shapes]
        for tensor in inputs:
            tracer.input(tensor, axis=1)
        with tracer:
            result = module(*inputs)
        outputs = [leaf for leaf in tree_leaves(result) if isinstance(leaf, Tensor)]
        return tracer.graph(outputs, name)


def _exported(module: nn.Module, shape: tuple[int, ...]) -> ExportedProgram:
    training = [(part, part.training) for part in module.modules()]
    parameter = next(module.parameters(), torch.empty(0))
    example = torch.zeros(1, *shape, dtype=parameter.dtype, device=parameter.device)
    try:
        return torch.export.export(module.eval(), (example,))
    finally:
        for part, mode in training:
            part.training = mode


def _check(module: nn.Module, input_shape: Sequence[int] | None, name: str) -> None:
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


def _failure(name: str, shape: Sequence[int], reason: str) -> str:
    size = "x".join(str(n) for n in shape)
    return f"{name} failed on an input of {size} ({reason}); check the module or the input shape"
