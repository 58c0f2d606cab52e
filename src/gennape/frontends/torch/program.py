"""A `torch.export` program becomes a graph: its operators run on meta tensors."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, fx
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind, InputSpec

from gennape.frontends.errors import FrontendError, failure
from gennape.frontends.inputs import NetworkInputs, spec_of
from gennape.frontends.torch.call import Call, traced
from gennape.frontends.torch.inputs import element_type
from gennape.frontends.torch.layer_names import LayerCallback, layer_of_path
from gennape.frontends.torch.program_inputs import ProgramInput, example_of
from gennape.frontends.torch.tensors import element_type_of
from gennape.graph import ComputationGraph


class _LayerInterpreter(fx.Interpreter):
    """Runs a program and says which layer each of its operators stands in."""

    def run_with_layers(self, enter_layer: LayerCallback, *tensors: Any) -> Any:
        """Run the program on its inputs."""
        self._enter_layer = enter_layer
        return self.run(*tensors)

    def run_node(self, n: fx.Node) -> Any:
        """Run one operator."""
        stack = n.meta.get("nn_module_stack") or {}
        paths = [path for path, _ in stack.values()]
        self._enter_layer(layer_of_path(paths[-1] if paths else ""))
        return super().run_node(n)


def trace_program(
    program: ExportedProgram, inputs: NetworkInputs | None = None, name: str = ""
) -> ComputationGraph:
    """Trace an exported program.

    Args:
        program: Result of `torch.export.export`.
        inputs: Inputs by position or by name; those of the example it was exported with
            unless given.
        name: A name for the graph.

    Raises:
        FrontendError: The program does not run with these inputs.
    """
    nodes = [node for node in program.graph.nodes if node.op == "placeholder"]
    specs = program.graph_signature.input_specs
    names: dict[int, str] = {}
    found = [_input(node, spec, program, names) for node, spec in zip(nodes, specs, strict=True)]
    run = _LayerInterpreter(program.graph_module).run_with_layers
    return trace_operators(run, found, inputs, name or "exported program")


def trace_operators(
    run: Callable[..., Any],
    inputs: Sequence[ProgramInput],
    given: NetworkInputs | None,
    name: str,
) -> ComputationGraph:
    """Trace a function that calls the operators of a program.

    Args:
        run: Takes what is told the name of each layer, and one value for each of `inputs`.
        inputs: The placeholders.
        given: Inputs that replace those of the example.
        name: A name for the graph.

    Raises:
        FrontendError: The operators do not run with these inputs.
    """
    used = _replaced(inputs, given, name) if given is not None else list(inputs)
    tensors = [_empty(placeholder) for placeholder in used]
    parameters: dict[str, Tensor] = {}
    for position, placeholder in enumerate(used):
        if placeholder.parameter is not None:
            tensors[position] = parameters.setdefault(placeholder.parameter, tensors[position])
    network_inputs = [
        tensor
        for placeholder, tensor in zip(used, tensors, strict=True)
        if placeholder.is_input and isinstance(tensor, Tensor)
    ]
    constants = [tensor for tensor in tensors if isinstance(tensor, Tensor)]
    call = Call(
        lambda enter_layer: run(enter_layer, *tensors), parameters, constants, network_inputs
    )
    try:
        return traced(call, name)
    except Exception as error:
        if given is not None and not isinstance(error, FrontendError):
            raise FrontendError(
                f"{name} was exported for {example_of(inputs)} and does not run on {given}; leave "
                "the inputs out, or export it with dynamic shapes"
            ) from error
        raise failure(name, example_of(used), error) from error


def _empty(placeholder: ProgramInput) -> Any:
    """Return a meta tensor of a placeholder's shape and type, or its value."""
    if placeholder.dtype is None:
        return placeholder.value
    return torch.empty(placeholder.dims, dtype=element_type(placeholder.dtype), device="meta")


def _replaced(
    inputs: Sequence[ProgramInput], given: NetworkInputs, name: str
) -> list[ProgramInput]:
    """Put given inputs in the place of those of the example.

    Raises:
        FrontendError: There are too many, or one has a name that the program does not know.
    """
    own = [placeholder for placeholder in inputs if placeholder.is_input]
    positional, named = given.positional(), given.named()
    known = [placeholder.name for placeholder in own]
    if len(positional) > len(own) or not named.keys() <= set(known):
        raise FrontendError(
            f"{name} takes the inputs {', '.join(known)}, which {given} do not fit; give them by "
            f"these names, such as {known[0] if known else 'x'}=1x128:int64"
        )
    named |= dict(zip(known, positional, strict=False))
    return [
        _with(placeholder, named[placeholder.name])
        if placeholder.is_input and placeholder.name in named
        else placeholder
        for placeholder in inputs
    ]


def _with(placeholder: ProgramInput, leaf: Any) -> ProgramInput:
    """Give a placeholder another shape or value."""
    spec = spec_of(leaf)
    if spec is None:
        return replace(placeholder, value=leaf, dtype=None)
    dtype = spec.dtype or placeholder.dtype or "float32"
    return replace(placeholder, dims=spec.shape, dtype=dtype)


def _input(
    node: fx.Node, spec: InputSpec, program: ExportedProgram, names: dict[int, str]
) -> ProgramInput:
    """Read one placeholder; `names` collects the first name of each parameter."""
    value = node.meta.get("val")
    is_input = spec.kind is InputKind.USER_INPUT
    if not isinstance(value, Tensor):
        number = _size(value) if isinstance(value, torch.SymInt) else value
        return ProgramInput(node.name, is_input=is_input, value=number)
    parameter = None
    if spec.kind is InputKind.PARAMETER and spec.target is not None:
        parameter = names.setdefault(id(program.state_dict[spec.target]), spec.target)
    dims = tuple(_size(size) for size in value.shape)
    return ProgramInput(node.name, parameter, is_input, dims, element_type_of(value))


def _size(size: int | torch.SymInt) -> int:
    """Return a size; that of the example where the program leaves it open."""
    return size if isinstance(size, int) else int(size.node.hint)
