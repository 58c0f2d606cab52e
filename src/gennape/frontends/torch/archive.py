"""A `.pt2` file becomes a graph: its structure is read, nothing in it is executed.

`torch.export.load` unpickles weights, constants and example inputs without limits and
evaluates expressions, so a file from a stranger could run any code. The structure of
the program is JSON: here only that is read, and only known operators are called, on
meta tensors. Weights stay in the file.
"""

import json
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import torch

from gennape.frontends.errors import FrontendError
from gennape.frontends.torch.program import ProgramInput, trace_operators
from gennape.graph import ComputationGraph

_STRUCTURE = ("models/model.json", "serialized_exported_program.json")
"""Where programs are inside the archive: since torch 2.7, and before."""

_DTYPES = {
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

_ARITHMETIC = {
    f"_operator.{name}": getattr(operator, name)
    for name in "add sub mul floordiv truediv mod neg pow eq ne lt le gt ge and_ or_".split()
} | {
    "math.ceil": math.ceil,
    "math.floor": math.floor,
    "math.trunc": math.trunc,
    "torch.sym_float": float,
    "torch.sym_int": int,
    "torch.sym_max": max,
    "torch.sym_min": min,
    "torch.sym_not": operator.not_,
}
"""Functions of sizes."""


def read_program(path: Path, input_shape: Sequence[int] | None = None) -> ComputationGraph:
    """The graph of the program in a `.pt2` file.

    Args:
        path: A file written by `torch.export.save`.
        input_shape: Sizes of one sample of the first input without the batch; those of
            the example it was exported with unless given.

    Raises:
        FrontendError: The file is absent, cut off, of another kind, or calls operators
            that PyTorch does not have.
    """
    program = _structure(path)
    try:
        graph = program["graph_module"]["graph"]
        specs = program["graph_module"]["signature"]["input_specs"]
        inputs = [_input(spec, graph["tensor_values"]) for spec in specs]
        names = [_name(entry) for entry in graph["inputs"]]
        calls = [_Call(node, path) for node in graph["nodes"]]
        results = [_name(entry) for entry in graph["outputs"] if "as_tensor" in entry]
    except (KeyError, TypeError, StopIteration) as error:
        raise FrontendError(
            f"{path} is written in a form of torch.export that is not known here "
            f"({type(error).__name__}: {error}); export it again with a current PyTorch"
        ) from error

    def run(*tensors: torch.Tensor) -> list[Any]:
        values: dict[str, Any] = dict(zip(names, tensors, strict=True))
        for call in calls:
            call.run(values)
        return [values[name] for name in results]

    return trace_operators(run, inputs, input_shape, path.stem)


def _structure(path: Path) -> Any:
    """The program's JSON."""
    if not path.is_file():
        raise FrontendError(f"{path} does not exist; check the path of the exported program")
    try:
        with ZipFile(path) as archive:
            found = [name for name in archive.namelist() if name.endswith(_STRUCTURE)]
            if len(found) != 1:
                raise FrontendError(
                    f"{path} holds {len(found)} exported programs, not one; write it with "
                    "torch.export.save"
                )
            return json.loads(archive.read(found[0]))
    except (BadZipFile, ValueError, OSError, EOFError) as error:
        if isinstance(error, FrontendError):
            raise
        raise FrontendError(
            f"{path} is not a torch.export file or is cut off ({error}); export or copy it again"
        ) from error


def _input(spec: Mapping[str, Any], tensors: Mapping[str, Any]) -> ProgramInput:
    """One placeholder from the program's signature."""
    kind, content = next(iter(spec.items()))
    meta = tensors[_name(content["arg"]) if kind == "user_input" else content["arg"]["name"]]
    return ProgramInput(
        parameter=content["parameter_name"] if kind == "parameter" else None,
        is_input=kind == "user_input",
        dims=tuple(_size(size) for size in meta["sizes"]),
        dtype=_DTYPES[meta["dtype"]],
    )


def _name(argument: Mapping[str, Any]) -> str:
    name: str = argument["as_tensor"]["name"]
    return name


def _size(size: Mapping[str, Any]) -> int:
    """A size; that of the example where the program leaves it open."""
    number = size["as_int"] if "as_int" in size else size["as_expr"]["hint"]["as_int"]
    return int(number)


class _Call:
    """One operator call of the program."""

    def __init__(self, node: Mapping[str, Any], path: Path) -> None:
        self.function = _function(node["target"], path)
        self.inputs = [
            (entry["name"], entry["arg"], entry.get("kind") == 2) for entry in node["inputs"]
        ]
        self.outputs = node["outputs"]

    def run(self, values: dict[str, Any]) -> None:
        """Call the operator with named values and name its results."""
        args = [_decoded(value, values) for _, value, by_name in self.inputs if not by_name]
        kwargs = {key: _decoded(value, values) for key, value, by_name in self.inputs if by_name}
        result = self.function(*args, **kwargs)
        results = [result] if len(self.outputs) == 1 else result
        for output, value in zip(self.outputs, results, strict=True):
            _bind(output, value, values)


def _bind(output: Mapping[str, Any], value: Any, values: dict[str, Any]) -> None:
    kind, target = next(iter(output.items()))
    if kind == "as_tensors":
        values.update(zip((entry["name"] for entry in target), value, strict=True))
    elif kind == "as_tensor":
        values[target["name"]] = value
    elif "as_name" in target:  # a size
        values[target["as_name"]] = value


def _function(target: str, path: Path) -> Callable[..., Any]:
    """The operator called `target`; files may name no other function."""
    if target in _ARITHMETIC:
        return _ARITHMETIC[target]
    *home, name, overload = target.split(".")
    packet = getattr(torch.ops.aten, name, None) if home == ["torch", "ops", "aten"] else None
    function = getattr(packet, overload, None)
    if function is None or name == "from_file":
        raise FrontendError(
            f"{path} calls {target}, which cannot be read from a file; load the program with "
            "torch.export.load if you trust it, and give that"
        )
    result: Callable[..., Any] = function
    return result


def _decoded(argument: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    """The Python value of a serialised argument."""
    kind, content = next(iter(argument.items()))
    if kind == "as_none":
        return None
    if kind == "as_tensor":
        return values[content["name"]]
    if kind == "as_tensors":
        return [values[entry["name"]] for entry in content]
    if kind == "as_optional_tensors":
        return [_decoded(entry, values) for entry in content]
    if kind in ("as_sym_int", "as_sym_float", "as_sym_bool"):
        return _number(content, values)
    if kind in ("as_sym_ints", "as_sym_floats"):
        return [_number(entry, values) for entry in content]
    if kind == "as_scalar_type":
        return _DTYPES[content]
    if kind == "as_device":
        return torch.device("meta")
    if kind in ("as_layout", "as_memory_format"):
        return None  # where elements lie in memory changes no shape
    return content


def _number(content: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    """A size that is written out or was computed before."""
    return values[content["as_name"]] if "as_name" in content else next(iter(content.values()))
