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

from gennape.frontends.torch.composites import inner_calls, is_composite
from gennape.frontends.torch.known_operators import SEARCHES
from gennape.frontends.torch.output_shapes import predicted_output
from gennape.frontends.torch.packed import unpacked_call, weights_of
from gennape.frontends.torch.registry import TorchFunction, describe
from gennape.frontends.torch.running import everything_found, run_call
from gennape.frontends.torch.trace import Trace
from gennape.frontends.torch.traced_values import tensors_in
from gennape.frontends.torch.written_calls import PRODUCTS, write_call

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
        output = predicted_output(function, args, kwargs, Tensor)
        if output is None:
            output = run_call(func, function, args, kwargs)
        if tensors_in([output]) or (function.in_place and output is None):
            tensors = tensors_in([*args, *kwargs.values()])
            unknown = (t for t in tensors if t.is_meta and not self.trace.knows(t))
            if not all(map(self.trace.recognise, unknown)):
                self.hidden = function.name
            write_call(self.trace, function, args, kwargs, output)
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
        return unpacked_call(function.name, args, self._weights_of)

    def _weights_of(self, packed: Any) -> list[Any]:
        """Return the tensors that stand for packed weights."""
        return list(self.trace.adopt(packed, weights_of))

    def _leave_out(
        self, func: Any, function: TorchFunction, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Run a call after the end of the counted part."""
        with everything_found():
            output = run_call(func, function, args, kwargs)
        given = tensors_in([*args, *kwargs.values()])
        is_work = function.name in PRODUCTS or any(map(self.trace.is_learned, given))
        changed = args[:1] if function.in_place else ()
        self.trace.leave_out(tensors_in([output, *changed]), is_work)
        self.current = ""
        return output

    def _depends_on_data(self, function: TorchFunction, args: tuple[Any, ...]) -> bool:
        """Tell whether the size of a result depends on numbers that the input changes."""
        if function.name in SEARCHES or (function.name == "where" and len(args) == 1):
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


_SELECTIONS = SEARCHES | {"where", "getitem", "index", "masked_select"}
"""Functions whose results may have as many elements as they find."""
