"""Writes a network down while its `forward` runs on meta tensors.

A `TorchFunctionMode` sees every PyTorch call, with its arguments, before PyTorch
decomposes it. Meta tensors have shapes but no numbers, so nothing is computed and no
weight is touched.
"""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from gennape.frontends.torch import rules  # noqa: F401 (importing them registers them)
from gennape.frontends.torch.composites import inner_calls, is_composite
from gennape.frontends.torch.output_shapes import predicted_output
from gennape.frontends.torch.packed import holds_packed, unpacked_call, weights_of
from gennape.frontends.torch.registry import TorchFunction, describe
from gennape.frontends.torch.running import everything_found, run_call
from gennape.frontends.torch.trace import Trace
from gennape.frontends.torch.traced_values import TracedTensor, tensors_in
from gennape.graph import Op

_KERNELS = ("torch._refs", "torch._prims", "torch._meta_registrations", "torch._decomp")
"""Where PyTorch's kernels in Python are: their calls are seen only inside hidden ones."""


class Tracer(TorchFunctionMode):
    """Calls the rule of every PyTorch function while active.

    Args:
        trace: The trace that the rules write to.

    Attributes:
        hidden: A function near operations that were not announced, if there are any.
        current: The function that is being written down; empty between two.
    """

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace
        self.hidden = ""
        self.current = ""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Run one PyTorch call and write it down."""
        kwargs = dict(kwargs) if kwargs else {}
        if sys._getframe(1).f_globals.get("__name__", "").startswith(_KERNELS):
            self.hidden = getattr(func, "__name__", "a kernel")
        if not args and "input" in kwargs:  # the rules take it by position
            args = (kwargs.pop("input"),)
        function = describe(func)
        self.current = function.name
        if function.rule is None:
            parts = self._parts(func, function, args, kwargs)
            if parts is not None:
                with self:
                    return parts()
        if self.trace.has_end and any(
            map(self.trace.is_left_out, tensors_in([*args, *kwargs.values()]))
        ):
            return self._leave_out(func, function, args, kwargs)
        if function.name in _SELECTIONS and self._depends_on_data(function, args):
            return self._end(func, function, args, kwargs)
        output = predicted_output(function, args, kwargs)
        if output is None:
            output = run_call(func, function, args, kwargs)
        outputs = tensors_in([output])
        if outputs or (function.in_place and output is None):
            tensors = tensors_in([*args, *kwargs.values()])
            unknown = (t for t in tensors if t.is_meta and not self.trace.knows(t))
            if not all(map(self.trace.recognise, unknown)):
                self.hidden = function.name
            dynamic = any(self.trace.depends_on_input(tensor) for tensor in tensors)
            if dynamic or self._is_work(function, tensors, outputs):
                self._write(function, args, kwargs, output)
            else:
                self.trace.derive(outputs, tensors)
        self.current = ""
        return output

    def _parts(
        self, func: Any, function: TorchFunction, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Callable[[], Any] | None:
        """Return what to run instead of a function without a rule, or None."""
        if is_composite(func):
            return lambda: _dispatched(self, func, args, kwargs)
        body = inner_calls(func)
        if body is not None:
            return partial(body, *args, **kwargs)
        return unpacked_call(function.name, args, partial(self.trace.adopt, make=weights_of))

    def _leave_out(
        self, func: Any, function: TorchFunction, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Run a call after the end of the counted part."""
        with everything_found():
            output = run_call(func, function, args, kwargs)
        given = tensors_in([*args, *kwargs.values()])
        is_work = function.name in _PRODUCTS or any(map(self.trace.is_learned, given))
        changed = args[:1] if function.in_place else ()
        self.trace.leave_out(tensors_in([output, *changed]), is_work)
        self.current = ""
        return output

    def _depends_on_data(self, function: TorchFunction, args: tuple[Any, ...]) -> bool:
        """Tell whether the size of a result depends on numbers that the input changes."""
        if function.name in _SEARCHES or (function.name == "where" and len(args) == 1):
            return any(map(self.trace.depends_on_input, tensors_in(args)))
        if function.name == "where":
            return False
        masks = [mask for mask in tensors_in(args[1:]) if mask.dtype in (torch.bool, torch.uint8)]
        return any(map(self.trace.depends_on_input, masks))

    def _end(
        self, func: Any, function: TorchFunction, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Run a call whose result has no size before it runs; as if it found everything."""
        with everything_found():
            output = run_call(func, function, args, kwargs)
        self.trace.end(function.name, tensors_in(args), tensors_in([output]))
        self.current = ""
        return output

    def _is_work(
        self, function: TorchFunction, tensors: list[Tensor], outputs: list[Tensor]
    ) -> bool:
        """Tell whether learned tensors are multiplied: that is work, though no input changes it.

        Products with vectors are not, as they normalise weights.
        """
        return (
            function.name in _PRODUCTS
            and outputs[0].dim() > 1
            and any(map(self.trace.is_learned, tensors))
        )

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
        details: dict[str, Any] = {"function": name}
        if any(map(self.trace.is_learned, tensors)) or holds_packed(tuple(arguments)):
            details["lower_bound"] = True
        self.trace.emit(Op.OTHER, tensors, first, details=details)
        if output is not None:
            self.trace.also(others, first)


class _Parts(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Hands the operators that a composite one calls to a tracer."""

    def __init__(self, tracer: Tracer) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._tracer = tracer

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Trace one operator."""
        return self._tracer.__torch_function__(func, types, args, kwargs)


def _dispatched(tracer: Tracer, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a composite operator, so that the operators it calls are traced."""
    with torch._C.DisableTorchFunction(), _Parts(tracer):
        return func(*args, **kwargs)


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


_SEARCHES = frozenset(
    {
        "nonzero",
        "argwhere",
        "unique",
        "unique2",
        "unique_consecutive",
        "nms",
    }
)
"""Functions whose results have as many elements as they find."""

_SELECTIONS = _SEARCHES | {"where", "getitem", "index", "masked_select"}
"""Functions whose results may have as many elements as they find."""

_PRODUCTS = frozenset(
    {
        "matmul",
        "rmatmul",
        "mm",
        "bmm",
        "addmm",
        "baddbmm",
        "linear",
        "einsum",
        "convolution",
        "conv1d",
        "conv2d",
        "conv3d",
        "scaled_dot_product_attention",
    }
)
