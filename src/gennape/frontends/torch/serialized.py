"""Runs the graph of an exported program from its JSON form.

What a call does is up to the `Operators` that it is run with: PyTorch's, on tensors without
numbers, or the rules alone, on tensors whose sizes the file states.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from gennape.frontends.errors import FrontendError
from gennape.frontends.torch.known_operators import WRAPPERS
from gennape.frontends.torch.layer_names import LayerCallback, layer_in_stack

Json = Mapping[str, Any]
Decode = Callable[[Mapping[str | None, Any]], Any]

ELEMENT_TYPES = {
    1: "uint8",
    2: "int8",
    3: "int16",
    4: "int32",
    5: "int64",
    6: "float16",
    7: "float32",
    8: "float64",
    9: "complex32",
    10: "complex64",
    11: "complex128",
    12: "bool",
    13: "bfloat16",
}
"""Element types by their number in the file format."""

_NAMES = frozenset({"name", "as_name"})
_LISTS = frozenset({"as_tensors", "as_optional_tensors", "as_sym_ints", "as_sym_floats"})
_BY_NAME = 2
_IRRELEVANT = frozenset({"as_none", "as_layout", "as_memory_format"})
"""Arguments that are absent or about the place of elements in memory."""
MOST_CALLS = 250_000
"""Calls of a program, those of the graphs within it among them."""


class Prepared(NamedTuple):
    """What one call runs.

    Attributes:
        function: Takes the decoded arguments, gives the results.
        by_name: Tells whether an argument is passed by its name, from its JSON and its place.
    """

    function: Callable[..., Any]
    by_name: Callable[[Json, int], bool]


class Operators(Protocol):
    """What the calls of a file do."""

    def prepared(self, node: Json, values: Json, source: str) -> Prepared:
        """Find what a call runs.

        Args:
            node: Its JSON.
            values: The JSON of all tensors of the graph, by name.
            source: The file, for messages.

        Raises:
            FrontendError: Files must not call that.
        """

    def element_type(self, name: str) -> Any:
        """Return the element type that an argument states."""


class SerializedGraph:
    """A graph that can be called with its inputs.

    Args:
        content: The graph's JSON.
        source: The file, for messages.
        operators: What its calls do.

    Attributes:
        calls: How many calls it makes.

    Raises:
        FrontendError: It calls something that files must not call, or too much.
    """

    def __init__(self, content: Json, source: str, operators: Operators) -> None:
        self._inputs = [_name(entry) for entry in content["inputs"]]
        self._outputs = [_name(entry) for entry in content["outputs"]]
        self._single = bool(content.get("is_single_tensor_return"))
        # Calls without a result are assertions about devices and sizes.
        values = content.get("tensor_values", {})
        nodes = [node for node in content["nodes"] if node["outputs"]]
        self._calls = [_call(node, values, source, operators) for node in nodes]
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
        prepared: What it runs.
        operators: Say what its arguments are.
        calls: How many calls that makes.
        settings: How many arguments are left out, from the first on.
    """

    def __init__(
        self,
        node: Json,
        prepared: Prepared,
        operators: Operators,
        *,
        calls: int = 1,
        settings: int = 0,
    ) -> None:
        self.calls = calls
        self.layer = layer_in_stack(node.get("metadata", {}).get("nn_module_stack", ""))
        self._function = prepared.function
        inputs = node["inputs"][settings:]
        arguments = [(entry["name"], _decoder(entry["arg"], operators)) for entry in inputs]
        named = [prepared.by_name(entry, place) for place, entry in enumerate(inputs)]
        self._args = [v for (_, v), by_name in zip(arguments, named, strict=True) if not by_name]
        self._kwargs = {n: v for (n, v), by_name in zip(arguments, named, strict=True) if by_name}
        self._outputs = node["outputs"]

    def run(self, values: dict[str | None, Any]) -> None:
        """Make the call on named values and name its results."""
        args = [decode(values) for decode in self._args]
        kwargs = {name: decode(values) for name, decode in self._kwargs.items()}
        result = self._function(*args, **kwargs)
        several = isinstance(result, list | tuple) and "as_tensors" not in self._outputs[0]
        results = result if several else [result]
        for output, value in zip(self._outputs, results, strict=True):
            kind, target = next(iter(output.items()))
            if kind == "as_tensors":
                values.update(zip((entry["name"] for entry in target), value, strict=True))
            else:
                values[_name(output)] = value


def is_said_to_be_named(entry: Json, place: int) -> bool:
    """Tell whether a file says of an argument that it is passed by its name."""
    return entry.get("kind") == _BY_NAME


def _call(node: Json, values: Json, source: str, operators: Operators) -> _Call:
    """Prepare one call: of an operator, or of a graph that a wrapping operator runs."""
    home, _, name = node["target"].rpartition(".")
    settings = WRAPPERS.get(name) if home == "torch.ops.higher_order" else None
    if settings is None:
        return _Call(node, operators.prepared(node, values, source), operators)
    content = node["inputs"][settings]["arg"]["as_graph"]["graph"]
    body = SerializedGraph(content, source, operators)
    prepared = Prepared(body, is_said_to_be_named)
    return _Call(node, prepared, operators, calls=body.calls + 1, settings=settings + 1)


def _innermost(entry: Json) -> tuple[str, Any]:
    """Return the last key and the plain value of nested one-entry objects."""
    kind, content = next(iter(entry.items()))
    return _innermost(content) if isinstance(content, dict) else (kind, content)


def _name(entry: Json) -> str | None:
    """Return the name of a tensor or size; None for a plain number."""
    kind, content = _innermost(entry)
    return str(content) if kind in _NAMES else None


def _decoder(argument: Json, operators: Operators) -> Decode:
    """Return a function that gives the Python value of a serialised argument."""
    kind, content = next(iter(argument.items()))
    if kind in _LISTS:
        entries = [_decoder(entry, operators) for entry in content]
        return lambda values: [decode(values) for decode in entries]
    if kind == "as_device":
        return lambda values: "meta"
    if kind in _IRRELEVANT:
        return lambda values: None
    kind, value = _innermost(argument)
    if kind in _NAMES:
        return lambda values: values[value]
    if kind == "as_scalar_type":
        return lambda values: operators.element_type(ELEMENT_TYPES[value])
    if kind == "as_float":
        return lambda values: float(value)  # infinity is written as a word
    return lambda values: value
