"""Writes a network down while its `forward` runs on meta tensors.

A `TorchFunctionMode` sees every PyTorch call, with its arguments, before PyTorch
decomposes it. Meta tensors have shapes but no numbers, so nothing is computed and no
weight is touched.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_map_only

from gennape.frontends.batch_axis import BatchAxis, BatchError, batch_candidates
from gennape.frontends.torch import rules  # noqa: F401 (importing them registers them)
from gennape.frontends.torch.composites import inner_calls
from gennape.frontends.torch.inputs import tensors_inside
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


@dataclass(frozen=True)
class Call:
    """A call that is traced.

    Attributes:
        run: Makes the call; gives its result.
        parameters: The tensors that stand for the learned parameters, by name.
        constants: Further tensors that exist before the call.
        inputs: The tensors it is given.
    """

    run: Callable[[], Any]
    parameters: Mapping[str, Tensor]
    constants: Sequence[Tensor]
    inputs: Sequence[Tensor]


class HiddenOperations(RuntimeError):
    """The result comes from calls that PyTorch did not announce, such as TorchScript."""


def traced(call: Call, name: str) -> ComputationGraph:
    """Trace one call: of one sample, where all inputs and results have an axis for samples.

    Raises:
        HiddenOperations: Some results come from calls that were not announced.
    """
    sizes = [tuple(tensor.shape) for tensor in call.inputs]
    for axis, size in batch_candidates(sizes):
        with suppress(BatchError):
            return _traced_once(call, name, BatchAxis(axis), size)
    return _traced_once(call, name, None, 1)


def _traced_once(call: Call, name: str, place: BatchAxis | None, batch: int) -> ComputationGraph:
    """Trace one call whose inputs hold `batch` samples.

    Raises:
        BatchError: They do not, or what happens to them is not known.
    """
    trace = Trace(call.parameters, call.constants, batch)
    for tensor in call.inputs:
        trace.input(tensor, place if tensor.dim() else None)
    tracer = Tracer(trace)
    try:
        with torch.no_grad(), tracer:
            result = call.run()
    except BatchError:
        raise
    except Exception as error:
        raise _hidden(tracer, error) from error
    if tracer.hidden:
        raise _hidden(tracer, None)
    outputs = tensors_inside(result)
    if not any(trace.depends_on_input(output) for output in outputs):
        raise HiddenOperations("no tensor in its result is seen to depend on its input")
    return trace.graph(outputs, name)


def _hidden(tracer: Tracer, error: Exception | None) -> Exception:
    """Return the error to raise: that operations are hidden, if any are."""
    if tracer.hidden or error is None:
        return HiddenOperations(f"operations near {tracer.hidden} are hidden by TorchScript")
    return error


def _run(func: Any, function: TorchFunction, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call `func`; tensors with numbers beside meta tensors lose their numbers."""
    if function.name in _MOVES and args and isinstance(args[0], Tensor) and args[0].is_meta:
        return _moved(func, args, kwargs)
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


_MOVES = frozenset({"to", "to_copy", "cpu", "cuda"})


def _moved(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a function that moves a meta tensor to a device: the tensor stays where it is."""
    if getattr(func, "__name__", "") in ("cpu", "cuda"):
        return args[0].view_as(args[0])
    places = tuple("meta" if isinstance(a, torch.device | str) else a for a in args[1:])
    if kwargs.get("device") is not None:
        kwargs = kwargs | {"device": "meta"}
    return func(args[0], *places, **kwargs)
