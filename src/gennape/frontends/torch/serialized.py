"""Runs the graph of an exported program from its JSON form.

Only PyTorch's own operators and arithmetic on sizes are called, whatever the file says.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch._ops import OpOverload

from gennape.frontends.errors import FrontendError
from gennape.frontends.torch.call import LayerCallback
from gennape.frontends.torch.callable_operators import is_callable
from gennape.frontends.torch.composites import settings_of_wrapper
from gennape.frontends.torch.layers import layer_in_stack
from gennape.frontends.torch.meta_only import check_call
from gennape.frontends.torch.size_arithmetic import SIZE_FUNCTIONS

Decode = Callable[[Mapping[str | None, Any]], Any]

DTYPES = {
    1: torch.uint8,
    2: torch.int8,
    3: torch.int16,
    4: torch.int32,
    5: torch.int64,
    6: torch.float16,
    7: torch.float32,
    8: torch.float64,
    9: torch.complex32,
    10: torch.complex64,
    11: torch.complex128,
    12: torch.bool,
    13: torch.bfloat16,
}
"""Element types by their number in the file format."""

_NAMES = frozenset({"name", "as_name"})
_LISTS = frozenset({"as_tensors", "as_optional_tensors", "as_sym_ints", "as_sym_floats"})
_BY_NAME = 2
_IRRELEVANT = frozenset({"as_none", "as_layout", "as_memory_format"})
"""Arguments that are absent or about the place of elements in memory."""
_STAND_INS: dict[str, Callable[..., Any]] = (
    {"torch.ops.transformers.grouped_mm_fallback.default": torch._grouped_mm}
    if hasattr(torch, "_grouped_mm")
    else {}
)
"""Functions of PyTorch, where it has them, that operators of other libraries stand in for."""


MOST_CALLS = 250_000
"""Calls of a program, those of the graphs within it among them."""


class SerializedGraph:
    """A graph that can be called with its inputs.

    Args:
        content: The graph's JSON.
        source: The file, for messages.

    Attributes:
        calls: How many calls it makes.

    Raises:
        FrontendError: It calls something that files must not call, or too much.
    """

    def __init__(self, content: Mapping[str, Any], source: str) -> None:
        self._inputs = [_name(entry) for entry in content["inputs"]]
        self._outputs = [_name(entry) for entry in content["outputs"]]
        self._single = bool(content.get("is_single_tensor_return"))
        # Calls without a result are assertions about devices and sizes.
        self._calls = [_call(node, source) for node in content["nodes"] if node["outputs"]]
        self.calls = sum(call.calls for call in self._calls)
        if self.calls > MOST_CALLS:
            raise FrontendError(
                f"{source} makes more than {MOST_CALLS:,} calls, as no network does; check the file"
            )

    def __call__(self, *tensors: Any) -> Any:
        """Run all calls; gives the results as a list, or alone if there is one by itself."""
        return self.run_with_layers(lambda layer: None, *tensors)

    def run_with_layers(self, enter_layer: LayerCallback, *tensors: Any) -> Any:
        """Run all calls, and say which layer each of them stands in."""
        values: dict[str | None, Any] = dict(zip(self._inputs, tensors, strict=True))
        for call in self._calls:
            enter_layer(call.layer)
            call.run(values)
        results = [values.get(name) for name in self._outputs]
        return results[0] if self._single else results


class _Call:
    """One call.

    Args:
        node: Its JSON.
        function: What is called.
        calls: How many calls that makes.
        settings: How many arguments are left out, from the first on.
        source: The file, for messages.
    """

    def __init__(
        self,
        node: Mapping[str, Any],
        function: Callable[..., Any],
        source: str,
        *,
        calls: int = 1,
        settings: int = 0,
    ) -> None:
        self.calls = calls
        self.layer = layer_in_stack(node.get("metadata", {}).get("nn_module_stack", ""))
        self._function = function
        inputs = node["inputs"][settings:]
        arguments = [(entry["name"], _prepared(entry["arg"], source)) for entry in inputs]
        named = [_is_named(entry, place, function) for place, entry in enumerate(inputs)]
        self._args = [v for (_, v), by_name in zip(arguments, named, strict=True) if not by_name]
        self._kwargs = {n: v for (n, v), by_name in zip(arguments, named, strict=True) if by_name}
        self._outputs = node["outputs"]

    def run(self, values: dict[str | None, Any]) -> None:
        """Make the call on named values and name its results."""
        args = [decode(values) for decode in self._args]
        kwargs = {name: decode(values) for name, decode in self._kwargs.items()}
        if isinstance(self._function, OpOverload):
            check_call(self._function, args, kwargs)
        result = self._function(*args, **kwargs)
        several = isinstance(result, list | tuple) and "as_tensors" not in self._outputs[0]
        results = result if several else [result]
        for output, value in zip(self._outputs, results, strict=True):
            kind, target = next(iter(output.items()))
            if kind == "as_tensors":
                values.update(zip((entry["name"] for entry in target), value, strict=True))
            else:
                values[_name(output)] = value


def _is_named(entry: Mapping[str, Any], place: int, function: Callable[..., Any]) -> bool:
    """Tell whether an argument is passed by its name; files before torch 2.7 do not say it."""
    if entry.get("kind") is not None or not isinstance(function, OpOverload):
        return entry.get("kind") == _BY_NAME
    known = function._schema.arguments
    in_order = place < len(known) and known[place].name == entry["name"]
    return not in_order or known[place].kwarg_only


def _call(node: Mapping[str, Any], source: str) -> _Call:
    """Prepare one call: of an operator, or of a graph that a wrapping operator runs."""
    target = node["target"]
    home, _, name = target.rpartition(".")
    settings = settings_of_wrapper(name) if home == "torch.ops.higher_order" else None
    if settings is None:
        return _Call(node, _function(target, source), source)
    body = SerializedGraph(node["inputs"][settings]["arg"]["as_graph"]["graph"], source)
    return _Call(node, body, source, calls=body.calls + 1, settings=settings + 1)


def _innermost(entry: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the last key and the plain value of nested one-entry objects."""
    kind, content = next(iter(entry.items()))
    return _innermost(content) if isinstance(content, dict) else (kind, content)


def _name(entry: Mapping[str, Any]) -> str | None:
    """Return the name of a tensor or size; None for a plain number."""
    kind, content = _innermost(entry)
    return str(content) if kind in _NAMES else None


def _function(target: str, source: str) -> Callable[..., Any]:
    """Find the operator called `target`."""
    if target in SIZE_FUNCTIONS:
        return SIZE_FUNCTIONS[target]
    if target in _STAND_INS:
        return _STAND_INS[target]
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


def _prepared(argument: Mapping[str, Any], source: str) -> Decode:
    """Return a function that gives the Python value of a serialised argument."""
    kind, content = next(iter(argument.items()))
    if kind in _LISTS:
        entries = [_prepared(entry, source) for entry in content]
        return lambda values: [decode(values) for decode in entries]
    if kind == "as_device":
        return lambda values: torch.device("meta")
    if kind in _IRRELEVANT:
        return lambda values: None
    kind, value = _innermost(argument)
    if kind in _NAMES:
        return lambda values: values[value]
    if kind == "as_scalar_type":
        return lambda values: DTYPES[value]
    if kind == "as_float":
        return lambda values: float(value)  # infinity is written as a word
    return lambda values: value
