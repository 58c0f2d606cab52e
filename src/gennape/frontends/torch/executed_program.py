"""Runs the program of a `.pt2` file by PyTorch's operators, on meta tensors alone.

Only PyTorch's own operators and arithmetic on sizes are called, whatever the file says.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch._ops import OpOverload

from gennape.frontends.errors import FrontendError
from gennape.frontends.inputs import NetworkInputs
from gennape.frontends.torch.callable_operators import is_callable
from gennape.frontends.torch.inputs import element_type
from gennape.frontends.torch.layer_names import LayerCallback
from gennape.frontends.torch.meta_only import MetaOnly, check_call
from gennape.frontends.torch.program import trace_operators
from gennape.frontends.torch.program_inputs import ProgramInput
from gennape.frontends.torch.serialized import (
    Json,
    Prepared,
    SerializedGraph,
    is_said_to_be_named,
)
from gennape.frontends.torch.size_arithmetic import SIZE_FUNCTIONS
from gennape.graph import ComputationGraph

_STAND_INS: dict[str, Callable[..., Any]] = (
    {"torch.ops.transformers.grouped_mm_fallback.default": torch._grouped_mm}
    if hasattr(torch, "_grouped_mm")
    else {}
)
"""Functions of PyTorch, where it has them, that operators of other libraries stand in for."""
_LEAST_OPERATORS = 50_000
_OPERATORS_OF_A_CALL = 100
"""Operators that the calls of a program may be made of."""


class PyTorchOperators:
    """The operators of PyTorch that files may call."""

    def prepared(self, node: Json, values: Json, source: str) -> Prepared:
        """Find the operator that a call runs.

        Raises:
            FrontendError: Files must not call it.
        """
        target = node["target"]
        plain = SIZE_FUNCTIONS.get(target) or _STAND_INS.get(target)
        if plain is not None:
            return Prepared(plain, is_said_to_be_named)
        operator = _operator(target, source)
        return Prepared(partial(_checked, operator), partial(_is_named, operator))

    def element_type(self, name: str) -> torch.dtype:
        """Return PyTorch's element type."""
        return element_type(name)


def execute_program(
    graph: SerializedGraph,
    placeholders: Sequence[ProgramInput],
    inputs: NetworkInputs | None,
    name: str,
) -> ComputationGraph:
    """Trace a program while PyTorch's operators run on meta tensors.

    Args:
        graph: Its calls, prepared by `PyTorchOperators`.
        placeholders: What it is called with.
        inputs: Inputs that replace those of the example.
        name: A name for the graph.

    Raises:
        FrontendError: It does not run with these inputs, or is made of too many operators.
    """
    limit = _LEAST_OPERATORS + _OPERATORS_OF_A_CALL * graph.calls

    def run(enter_layer: LayerCallback, *tensors: Any) -> Any:
        with MetaOnly(limit):
            return graph.run_with_layers(enter_layer, *tensors)

    with torch.device("meta"):
        return trace_operators(run, placeholders, inputs, name)


def _checked(operator: OpOverload, *args: Any, **kwargs: Any) -> Any:
    """Call an operator with numbers that networks have."""
    check_call(operator, args, kwargs)
    return operator(*args, **kwargs)


def _is_named(operator: OpOverload, entry: Json, place: int) -> bool:
    """Tell whether an argument is passed by its name; files before torch 2.7 do not say it."""
    if entry.get("kind") is not None:
        return is_said_to_be_named(entry, place)
    known = operator._schema.arguments
    in_order = place < len(known) and known[place].name == entry["name"]
    return not in_order or known[place].kwarg_only


def _operator(target: str, source: str) -> OpOverload:
    """Find the operator called `target`."""
    home, _, name = target.rpartition(".")
    packet = home.removeprefix("torch.ops.aten.")
    if packet != home:
        function = getattr(getattr(torch.ops.aten, packet, None), name, None)
        if isinstance(function, OpOverload) and is_callable(function):
            return function
    raise FrontendError(
        f"{source} calls {target}, which is not read from files; if you trust the file, "
        "give what torch.export.load returns"
    )
