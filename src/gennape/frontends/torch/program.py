"""A `torch.export` program becomes a graph: its operators run on meta tensors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind, InputSpec

from gennape.frontends.errors import FrontendError, failure
from gennape.frontends.torch.tracer import traced
from gennape.graph import ComputationGraph


@dataclass(frozen=True)
class ProgramInput:
    """One placeholder of a program.

    Attributes:
        parameter: Name of the learned parameter it stands for, if it does for one; the
            same for all placeholders of a parameter with several names.
        is_input: Whether it is an input of the network.
        dims: Its sizes; the batch first if it is an input.
        dtype: Its element type.
    """

    parameter: str | None
    is_input: bool
    dims: tuple[int, ...]
    dtype: torch.dtype


def trace_program(
    program: ExportedProgram, input_shape: Sequence[int] | None = None, name: str = ""
) -> ComputationGraph:
    """Trace an exported program.

    Args:
        program: Result of `torch.export.export`.
        input_shape: Sizes of one sample of the first input without the batch; those of
            the example it was exported with unless given.
        name: A name for the graph.

    Raises:
        FrontendError: The program does not run with this input.
    """
    nodes = [node for node in program.graph.nodes if node.op == "placeholder"]
    specs = program.graph_signature.input_specs
    names: dict[int, str] = {}
    inputs = [_input(node, spec, program, names) for node, spec in zip(nodes, specs, strict=True)]
    run = fx.Interpreter(program.graph_module).run
    return trace_operators(run, inputs, input_shape, name or "exported program")


def trace_operators(
    run: Callable[..., Any],
    inputs: Sequence[ProgramInput],
    input_shape: Sequence[int] | None,
    name: str,
) -> ComputationGraph:
    """Trace a function that calls the operators of a program.

    Args:
        run: Takes one tensor for each of `inputs`.
        inputs: The placeholders.
        input_shape: Sizes of one sample of the first input, if not those of the example.
        name: A name for the graph.

    Raises:
        FrontendError: The operators do not run with this input.
    """
    given = iter([] if input_shape is None else [tuple(input_shape)])
    dims = [(1, *next(given, p.dims[1:])) if p.is_input else p.dims for p in inputs]
    tensors = [
        torch.empty(sizes, dtype=p.dtype, device="meta")
        for sizes, p in zip(dims, inputs, strict=True)
    ]
    parameters: dict[str, Tensor] = {}
    for position, p in enumerate(inputs):
        if p.parameter is not None:
            tensors[position] = parameters.setdefault(p.parameter, tensors[position])
    network_inputs = [tensor for p, tensor in zip(inputs, tensors, strict=True) if p.is_input]

    def forward(*_: Tensor) -> Any:
        return run(*tensors)

    try:
        return traced(forward, parameters, tensors, network_inputs, name)
    except Exception as error:
        if batches := {p.dims[0] for p in inputs if p.is_input and p.dims} - {1}:
            raise FrontendError(
                f"{name} was exported with a batch of {max(batches)} and works with no other; "
                "export it with a batch of 1"
            ) from error
        shape = network_inputs[0].shape[1:] if network_inputs else ()
        raise failure(name, shape, error) from error


def _input(
    node: fx.Node, spec: InputSpec, program: ExportedProgram, names: dict[int, str]
) -> ProgramInput:
    """Read one placeholder; `names` collects the first name of each parameter."""
    value = node.meta["val"]
    parameter = None
    if spec.kind is InputKind.PARAMETER and spec.target is not None:
        parameter = names.setdefault(id(program.state_dict[spec.target]), spec.target)
    return ProgramInput(
        parameter=parameter,
        is_input=spec.kind is InputKind.USER_INPUT,
        dims=tuple(_size(size) for size in value.shape),
        dtype=value.dtype,
    )


def _size(size: int | torch.SymInt) -> int:
    """Return a size; that of the example where the program leaves it open."""
    return size if isinstance(size, int) else int(size.node.hint)
