"""Reads the program of a `.pt2` file by the sizes that it states, without PyTorch.

`torch.export.save` writes the sizes of every tensor of a program. So the rules, which only look at
sizes, have all they need. Programs that need more are run by PyTorch instead: those for other
inputs, those that overwrite what may be a part of another tensor, and those whose sizes depend on
the data.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from gennape.frontends.batch_axis import BatchAxis, for_one_sample
from gennape.frontends.errors import FrontendError, failure
from gennape.frontends.torch.aliases import Aliases
from gennape.frontends.torch.known_operators import (
    COMMON,
    FACTORIES,
    MAY_SHARE,
    SEARCHES,
    UNWRITTEN,
    VIEWS,
)
from gennape.frontends.torch.program_inputs import ProgramInput, example_of
from gennape.frontends.torch.registry import TorchFunction, describe_name
from gennape.frontends.torch.serialized import (
    ELEMENT_TYPES,
    Json,
    Prepared,
    SerializedGraph,
    is_said_to_be_named,
)
from gennape.frontends.torch.size_arithmetic import SIZE_FUNCTIONS
from gennape.frontends.torch.stated_sizes import contradiction
from gennape.frontends.torch.tensors import LARGEST_NUMBER, MOST_DIMS, StatedTensor, is_boolean
from gennape.frontends.torch.trace import Trace
from gennape.frontends.torch.traced_values import tensors_in
from gennape.frontends.torch.written_calls import write_call
from gennape.graph import ComputationGraph
from gennape.utils.errors import GennapeError

_NAMESPACES = ("torch.ops.aten.", "torch.ops.transformers.")
_WITHOUT_RULE = COMMON | FACTORIES | UNWRITTEN
"""Functions that are written down by their names."""


class NeedsPyTorch(GennapeError):
    """A program that is not read by its stated sizes alone; says what it does."""


class StatedOperators:
    """Operators that only write themselves down; their results have the sizes that the file states.

    Attributes:
        trace: What is written to.
    """

    def __init__(self) -> None:
        self.trace = Trace({}, ())
        self._aliases = Aliases()

    def start(self, trace: Trace) -> None:
        """Write to another trace from now on."""
        self.trace = trace
        self._aliases = Aliases()

    def prepared(self, node: Json, values: Json, source: str) -> Prepared:
        """Find the rule of a call.

        Raises:
            NeedsPyTorch: It has none, or the file does not state the sizes of its results.
        """
        target = node["target"]
        if target in SIZE_FUNCTIONS:
            return Prepared(SIZE_FUNCTIONS[target], is_said_to_be_named)
        if target in _SIZES_OF:
            return Prepared(_SIZES_OF[target], is_said_to_be_named)
        if any(entry.get("kind") is None for entry in node["inputs"]):
            raise NeedsPyTorch("is of a PyTorch before 2.7")
        function = _function(target)
        results = [_result(output, values, target) for output in node["outputs"]]
        return Prepared(partial(self._write, function, results, source), is_said_to_be_named)

    def element_type(self, name: str) -> str:
        """Return the element type by its name."""
        return name

    def _write(
        self,
        function: TorchFunction,
        results: Sequence[Any],
        source: str,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """Write one call down; gives its results."""
        if not args and "self" in kwargs:  # the rules take it by position
            args = (kwargs.pop("self"),)
        _refuse_selections(function, args)
        self.check_known(tensors_in([*args, *kwargs.values()]))
        output = stated = _fresh(results[0] if len(results) == 1 else tuple(results))
        if function.in_place:
            output = args[0]
            if output.shape != stated.shape:
                raise NeedsPyTorch(f"changes the sizes of a tensor by {function.name}")
            self._aliases.overwrite(output)
        wrong = contradiction(function, args, kwargs, stated)
        if wrong:
            raise FrontendError(f"{source} {wrong}, the result of {function.name}; export it again")
        self._note_views(function, args, tensors_in([output]))
        write_call(self.trace, function, args, kwargs, output)
        return output

    def _note_views(
        self, function: TorchFunction, args: Sequence[Any], results: Sequence[Any]
    ) -> None:
        """Note what results are elements of, as far as that is known."""
        if function.in_place:
            return
        is_view = function.name in VIEWS
        if is_view or function.name in MAY_SHARE:
            self._aliases.join(args[0], results, is_certain=is_view)
        if is_view:
            for result in results:
                result.base = args[0] if args[0].base is None else args[0].base

    def check_known(self, tensors: Iterable[Any]) -> None:
        """Check that no change of another tensor may have changed some.

        Raises:
            NeedsPyTorch: One may.
        """
        if any(map(self._aliases.is_unsure, tensors)):
            raise NeedsPyTorch("overwrites what may be a part of another tensor")


def read_stated(
    graph: SerializedGraph,
    operators: StatedOperators,
    placeholders: Sequence[ProgramInput],
    name: str,
) -> ComputationGraph:
    """Trace a program by the sizes that its file states.

    Args:
        graph: Its calls.
        operators: What these were prepared by.
        placeholders: What it is called with.
        name: A name for the graph.

    Raises:
        NeedsPyTorch: Stated sizes are not enough.
        FrontendError: They contradict each other, or the program is wrong in another way.
    """
    dims = [entry.dims for entry in placeholders if entry.is_input and entry.dtype is not None]
    try:
        return for_one_sample(dims, partial(_read_once, graph, operators, placeholders, name))
    except NeedsPyTorch:
        raise
    except Exception as error:
        raise failure(name, example_of(placeholders), error) from error


def _read_once(
    graph: SerializedGraph,
    operators: StatedOperators,
    placeholders: Sequence[ProgramInput],
    name: str,
    place: BatchAxis | None,
    batch: int,
) -> ComputationGraph:
    """Trace a program whose inputs hold `batch` samples.

    Raises:
        BatchError: They do not, or what happens to them is not known.
    """
    parameters: dict[str, Any] = {}
    values = [_value(entry, parameters) for entry in placeholders]
    trace = Trace(parameters, tensors_in(values), batch)
    for entry, value in zip(placeholders, values, strict=True):
        if entry.is_input and isinstance(value, StatedTensor):
            trace.input(value, place if value.dim() else None)
    operators.start(trace)
    outputs = tensors_in([graph.run_with_layers(trace.enter_layer, *values)])
    operators.check_known(outputs)
    trace.enter_layer("")
    if not any(map(trace.depends_on_input, outputs)):
        raise NeedsPyTorch("has no result that is seen to depend on its input")
    return trace.graph(outputs, name)


def _value(entry: ProgramInput, parameters: dict[str, Any]) -> Any:
    """Return what a placeholder stands for; one tensor for all those of a parameter."""
    if entry.dtype is None:
        return entry.value
    tensor = StatedTensor(entry.dims, entry.dtype)
    return tensor if entry.parameter is None else parameters.setdefault(entry.parameter, tensor)


def _function(target: str) -> TorchFunction:
    """Describe the operator called `target`.

    Raises:
        NeedsPyTorch: Only PyTorch knows what it is.
    """
    for namespace in _NAMESPACES:
        if target.startswith(namespace):
            function = describe_name(target.removeprefix(namespace), is_operator=True)
            known = function.rule is not None or function.name in _WITHOUT_RULE
            if known and function.name not in SEARCHES:
                return function
    raise NeedsPyTorch(f"calls {target}")


def _refuse_selections(function: TorchFunction, args: Sequence[Any]) -> None:
    """Refuse calls whose results have as many elements as they find.

    Raises:
        NeedsPyTorch: This is one.
    """
    masks = args[1:] if function.name in ("index", "masked_select") else ()
    if any(map(is_boolean, tensors_in(masks))) or (function.name == "where" and len(args) == 1):
        raise NeedsPyTorch("has sizes that depend on the data")


def _fresh(results: Any) -> Any:
    """Make new tensors like those of a result, as each run of a call gives others."""
    if isinstance(results, StatedTensor):
        return results.new_empty(results.shape)
    return type(results)(map(_fresh, results))


def _result(output: Json, values: Json, target: str) -> Any:
    """Read what a file states of one result of a call: a tensor, or a list of them.

    Raises:
        NeedsPyTorch: It does not state its sizes.
    """
    kind, content = next(iter(output.items()))
    if kind == "as_tensors":
        return [_tensor(values, entry["name"], target) for entry in content]
    if kind == "as_tensor":
        return _tensor(values, content["name"], target)
    raise NeedsPyTorch(f"calls {target} for what is no tensor")


def _tensor(values: Json, name: str, target: str) -> StatedTensor:
    meta = values.get(name)
    if meta is None:
        raise NeedsPyTorch(f"does not state the sizes of the results of {target}")
    return StatedTensor(stated_shape(meta), ELEMENT_TYPES[meta["dtype"]])


def stated_shape(meta: Json) -> tuple[int, ...]:
    """Return the sizes that a file states of a tensor; of the example where they are left open.

    Raises:
        NeedsPyTorch: It does not state them.
        FrontendError: They are none.
    """
    shape = tuple(stated_size(size) for size in meta["sizes"])
    if len(shape) > MOST_DIMS or any(not 0 <= size <= LARGEST_NUMBER for size in shape):
        raise FrontendError(f"sizes {str(shape)[:60]} are those of no tensor; export it again")
    return shape


def stated_size(size: Mapping[str, Any]) -> int:
    """Return a size; that of the example where the program leaves it open.

    Raises:
        NeedsPyTorch: There is none, as it depends on the data.
    """
    if "as_int" in size:
        return int(size["as_int"])
    hint = size["as_expr"].get("hint") or {}
    if "as_int" not in hint:
        raise NeedsPyTorch("has sizes that depend on the data")
    return int(hint["as_int"])


def _size_of(x: StatedTensor, dim: int) -> int:
    return x.shape[dim]


_SIZES_OF: dict[str, Callable[..., int]] = {
    "torch.ops.aten.sym_size.int": _size_of,
    "torch.ops.aten.sym_numel.default": StatedTensor.numel,
}
"""Operators that tell sizes."""
