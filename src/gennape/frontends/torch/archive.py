"""A `.pt2` file becomes a graph: its structure is read, nothing in it is executed.

`torch.export.load` unpickles weights, constants and example inputs without limits and
evaluates expressions, so a file from a stranger could run any code. The structure of
the program is JSON: here only that is read, and only PyTorch's own operators are
called, on meta tensors. Weights stay in the file.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import torch

from gennape.frontends.errors import FrontendError
from gennape.frontends.inputs import NetworkInputs
from gennape.frontends.torch.call import LayerCallback
from gennape.frontends.torch.meta_only import MetaOnly
from gennape.frontends.torch.program import ProgramInput, trace_operators
from gennape.frontends.torch.serialized import DTYPES, SerializedGraph
from gennape.graph import ComputationGraph
from gennape.utils.errors import one_line, reading

_PROGRAMS = ("models/model.json", "serialized_exported_program.json")
"""Where the program is inside the archive: in current files, and before torch 2.7."""
_WEIGHTS = "model_weights_config.json"
"""Which stored tensor each parameter is; two names of one parameter share it."""
_MOST_JSON = 96 << 20
_MOST_PARTS = 3_000_000
"""Lists and objects of a JSON document."""
_LEAST_OPERATORS = 50_000
_OPERATORS_OF_A_CALL = 100
"""Operators that the calls of a program may be made of."""


def read_program(path: Path, inputs: NetworkInputs | None = None) -> ComputationGraph:
    """Read the program in a `.pt2` file.

    Args:
        path: A file written by `torch.export.save`.
        inputs: Inputs by position or by name; those of the example it was exported with
            unless given.

    Raises:
        FrontendError: The file is absent, cut off, of another kind, or calls operators
            that PyTorch does not have.
    """
    if not path.is_file():
        raise FrontendError(f"{path} does not exist; check the path of the exported program")
    with reading(path, FrontendError, "an exported program", "export or copy it again"):
        program, table = _contents(path)
        names = _first_names(table)
        try:
            content = program["graph_module"]["graph"]
            specs = program["graph_module"]["signature"]["input_specs"]
            found = [_input(spec, content, names) for spec in specs]
            graph = SerializedGraph(content, str(path))
        except (KeyError, TypeError, StopIteration, AttributeError) as error:
            raise FrontendError(
                f"{path} is written in a form of torch.export that is not known here "
                f"({one_line(error)}); export it again with a current PyTorch"
            ) from error
        limit = _LEAST_OPERATORS + _OPERATORS_OF_A_CALL * graph.calls
        with torch.device("meta"):
            return trace_operators(_limited(graph, limit), found, inputs, path.name)


def _limited(graph: SerializedGraph, limit: int) -> Callable[..., Any]:
    """Return a function that runs a graph on meta tensors alone, by at most so many operators."""

    def run(enter_layer: LayerCallback, *tensors: Any) -> Any:
        with MetaOnly(limit):
            return graph.run_with_layers(enter_layer, *tensors)

    return run


def _contents(path: Path) -> tuple[Any, Any]:
    """Load the JSON of the program, and of the table of weights (empty in old files)."""
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
            programs = [name for name in names if name.endswith(_PROGRAMS)]
            if len(programs) != 1:
                raise FrontendError(
                    f"{path} holds {len(programs)} exported programs, not one; it is cut off, or "
                    "torch.export.save did not write it"
                )
            tables = [name for name in names if name.endswith(_WEIGHTS)]
            table = _json(archive, tables[0], path)["config"] if tables else {}
            return _json(archive, programs[0], path), table
    except FrontendError:
        raise
    except (BadZipFile, ValueError, OSError, EOFError) as error:
        raise FrontendError(
            f"{path} is not a torch.export file or is cut off ({one_line(error)}); export or copy "
            "it again"
        ) from error


def _json(archive: ZipFile, name: str, path: Path) -> Any:
    """Load a JSON document of an archive.

    Raises:
        FrontendError: It is larger than that of a network.
    """
    with archive.open(name) as file:
        content = file.read(_MOST_JSON + 1)
    parts = content.count(b"{") + content.count(b"[")
    if len(content) > _MOST_JSON or parts > _MOST_PARTS or content.count(b",") > 4 * _MOST_PARTS:
        raise FrontendError(
            f"{path} states more than {_MOST_JSON >> 20} MiB or {_MOST_PARTS:,} parts about its "
            "structure, as no network does; check the file"
        )
    return json.loads(content)


def _input(
    spec: Mapping[str, Any], graph: Mapping[str, Any], names: Mapping[str, str]
) -> ProgramInput:
    """Read one placeholder from the program's signature."""
    kind, content = next(iter(spec.items()))
    if kind == "constant_input":
        value = None if "as_none" in content["value"] else next(iter(content["value"].values()))
        return ProgramInput(content["name"], is_input=True, value=value)
    argument = content["arg"]
    is_input = kind == "user_input"
    if is_input and "as_tensor" not in argument:
        return ProgramInput("", is_input=True, value=_number(argument, graph))
    name = argument["as_tensor"]["name"] if is_input else argument["name"]
    meta = graph["tensor_values"][name]
    parameter = content.get("parameter_name")
    return ProgramInput(
        name=name,
        parameter=names.get(parameter, parameter),
        is_input=is_input,
        dims=tuple(_size(size) for size in meta["sizes"]),
        dtype=DTYPES[meta["dtype"]],
    )


def _number(argument: Mapping[str, Any], graph: Mapping[str, Any]) -> Any:
    """Return an input that is no tensor; that of the example where it is a size."""
    kind, value = next(iter(argument.items()))
    if kind == "as_none":
        return None
    if isinstance(value, Mapping) and "as_name" in value:
        return _size(graph["sym_int_values"][value["as_name"]])
    return next(iter(value.values())) if isinstance(value, Mapping) else value


def _first_names(table: Mapping[str, Any]) -> dict[str, str]:
    """Return the first name of every parameter; a parameter under several is stored once."""
    first: dict[str, str] = {}
    return {name: first.setdefault(json.dumps(entry), name) for name, entry in table.items()}


def _size(size: Mapping[str, Any]) -> int:
    """Return a size; that of the example where the program leaves it open."""
    number = size["as_int"] if "as_int" in size else size["as_expr"]["hint"]["as_int"]
    return int(number)
