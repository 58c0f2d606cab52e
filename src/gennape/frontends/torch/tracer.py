"""Writes a network down while its `forward` runs on meta tensors.

A `TorchFunctionMode` sees every PyTorch call, with its arguments, before PyTorch
decomposes it. Meta tensors have shapes but no numbers, so nothing is computed and no
weight is touched.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves, tree_map_only

from gennape.frontends.torch import rules  # noqa: F401 (importing them registers them)
from gennape.frontends.torch.composites import inner_calls
from gennape.frontends.torch.output_shapes import predicted_output
from gennape.frontends.torch.registry import TorchFunction, describe
from gennape.frontends.torch.trace import Trace, TracedTensor, tensors_in
from gennape.graph import ComputationGraph, Op

_KERNELS = ("torch._refs", "torch._prims", "torch._meta_registrations", "torch._decomp")
"""Where PyTorch's kernels in Python are: their calls are seen only inside hidden ones."""


class Tracer(TorchFunctionMode):
    """Calls the rule of every PyTorch function while active.

    Args:
        trace: The trace that the rules write to.

    Attributes:
        hidden: A function near operations that were not announced, if there are any.
    """

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace
        self.hidden = ""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Run one PyTorch call and write it down."""
        kwargs = dict(kwargs) if kwargs else {}
        if sys._getframe(1).f_globals.get("__name__", "").startswith(_KERNELS):
            self.hidden = getattr(func, "__name__", "a kernel")
        if not args and "input" in kwargs:  # the rules take it by position
            args = (kwargs.pop("input"),)
        body = inner_calls(func)
        if body is not None:
            with self:
                return body(*args, **kwargs)
        function = describe(func)
        output = predicted_output(function, args, kwargs)
        if output is None:
            output = _run(func, function, args, kwargs)
        outputs = tensors_in([output])
        if outputs or (function.in_place and output is None):
            tensors = tensors_in([*args, *kwargs.values()])
            if any(tensor.is_meta and not self.trace.knows(tensor) for tensor in tensors):
                self.hidden = function.name
            if any(self.trace.depends_on_input(tensor) for tensor in tensors):
                self._write(function, args, kwargs, output)
            else:
                self.trace.derive(outputs, tensors)
        return output

    def _write(
        self, function: TorchFunction, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any
    ) -> None:
        """Let the rule of `function` add its nodes."""
        target = args[0] if args else None
        before = self.trace.value(target)
        if function.rule is not None:
            function.rule(self.trace, output, *args, **kwargs)
        else:
            self._write_unknown(function.name, [*args, *kwargs.values()], output)
        after = self.trace.value(target)
        if isinstance(target, Tensor) and _node_of(after) != _node_of(before):
            _write_back(self.trace, target)

    def _write_unknown(self, name: str, arguments: list[Any], output: Any) -> None:
        """Write a function outside the vocabulary as one node with its name."""
        tensors = tensors_in(arguments)
        first, *others = tensors_in([output]) or tensors
        self.trace.emit(Op.OTHER, tensors, first, details={"function": name})
        if output is not None:
            self.trace.also(others, first)


def _node_of(value: TracedTensor | None) -> object:
    """Return the node of a value; that of a slice appears at its first use, and is no change."""
    return None if value is None else value.node


def _write_back(trace: Trace, view: Tensor) -> None:
    """Change the tensor that an overwritten view is a part of."""
    whole = view._base
    if whole is None:
        return
    if whole.shape == view.shape:
        trace.same(whole, view)
    else:
        trace.overwrite(whole, view)


class HiddenOperations(RuntimeError):
    """The result comes from calls that PyTorch did not announce, such as TorchScript."""


def traced(
    run: Callable[..., Any],
    parameters: Mapping[str, Tensor],
    constants: Iterable[Tensor],
    inputs: Sequence[Tensor],
    name: str,
) -> ComputationGraph:
    """Trace one call.

    Args:
        run: Function to call with `inputs`.
        parameters: The tensors that stand for the learned parameters, by name.
        constants: Further tensors that exist before the call.
        inputs: Meta tensors, the batch first and the channels second.
        name: A name for the graph.

    Raises:
        HiddenOperations: Some results come from calls that were not announced.
    """
    trace = Trace(parameters, constants)
    for tensor in inputs:
        trace.input(tensor, axis=min(1, tensor.dim() - 1))
    tracer = Tracer(trace)
    try:
        with torch.no_grad(), tracer:
            result = run(*inputs)
    finally:
        if tracer.hidden:
            raise HiddenOperations(f"operations near {tracer.hidden} are hidden by TorchScript")
    outputs = [leaf for leaf in tree_leaves(result) if isinstance(leaf, Tensor)]
    if not any(trace.depends_on_input(output) for output in outputs):
        raise HiddenOperations("no tensor in its result is seen to depend on its input")
    return trace.graph(outputs, name)


def _run(func: Any, function: TorchFunction, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call `func`; tensors with numbers beside meta tensors lose their numbers."""
    try:
        return func(*args, **kwargs)
    except RuntimeError:
        tensors = tensors_in([*args, *kwargs.values()])
        if len({tensor.is_meta for tensor in tensors}) < 2:
            raise
        if function.in_place:
            return args[0]
        args, kwargs = tree_map_only(Tensor, lambda tensor: tensor.to("meta"), (args, kwargs))
        return func(*args, **kwargs)
