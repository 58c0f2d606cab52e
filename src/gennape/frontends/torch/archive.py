"""A `.pt2` file becomes a graph: its structure is read, nothing in it is executed.

`torch.export.load` unpickles weights, constants and example inputs without limits and
evaluates expressions, so a file from a stranger could run any code. The structure of
the program is JSON: here only that is read, and only PyTorch's own operators are
called, on meta tensors. Weights stay in the file.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import torch

from gennape.frontends.errors import FrontendError
from gennape.frontends.torch.program import ProgramInput, trace_operators
from gennape.frontends.torch.serialized import DTYPES, SerializedGraph
from gennape.graph import ComputationGraph

_PROGRAMS = ("models/model.json", "serialized_exported_program.json")
"""Where the program is inside the archive: in current files, and before torch 2.7."""
_WEIGHTS = "model_weights_config.json"
"""Which stored tensor each parameter is; two names of one parameter share it."""


def read_program(path: Path, input_shape: Sequence[int] | None = None) -> ComputationGraph:
    """Read the program in a `.pt2` file.

    Args:
        path: A file written by `torch.export.save`.
        input_shape: Sizes of one sample of the first input without the batch; those of
            the example it was exported with unless given.

    Raises:
        FrontendError: The file is absent, cut off, of another kind, or calls operators
            that PyTorch does not have.
    """
    program, table = _contents(path)
    names = _first_names(table)
    try:
        content = program["graph_module"]["graph"]
        specs = program["graph_module"]["signature"]["input_specs"]
        inputs = [_input(spec, content["tensor_values"], names) for spec in specs]
        graph = SerializedGraph(content, str(path))
    except (KeyError, TypeError, StopIteration, AttributeError) as error:
        raise FrontendError(
            f"{path} is written in a form of torch.export that is not known here "
            f"({type(error).__name__}: {error}); export it again with a current PyTorch"
        ) from error
    with torch.device("meta"):
        return trace_operators(graph, inputs, input_shape, path.stem)


def _contents(path: Path) -> tuple[Any, Any]:
    """Load the JSON of the program, and of the table of weights (empty in old files)."""
    if not path.is_file():
        raise FrontendError(f"{path} does not exist; check the path of the exported program")
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
            programs = [name for name in names if name.endswith(_PROGRAMS)]
            if len(programs) != 1:
                raise FrontendError(
                    f"{path} holds {len(programs)} exported programs, not one; it is cut off, or "
                    "torch.export.save did not write it"
                )
            tables = [json.loads(archive.read(name)) for name in names if name.endswith(_WEIGHTS)]
            return json.loads(archive.read(programs[0])), tables[0]["config"] if tables else {}
    except FrontendError:
        raise
    except (BadZipFile, ValueError, OSError, EOFError) as error:
        raise FrontendError(
            f"{path} is not a torch.export file or is cut off ({error}); export or copy it again"
        ) from error


def _input(
    spec: Mapping[str, Any], tensors: Mapping[str, Any], names: Mapping[str, str]
) -> ProgramInput:
    """Read one placeholder from the program's signature."""
    kind, content = next(iter(spec.items()))
    argument = content["arg"]
    meta = tensors[argument["as_tensor"]["name"] if kind == "user_input" else argument["name"]]
    name = content.get("parameter_name")
    return ProgramInput(
        parameter=names.get(name, name),
        is_input=kind == "user_input",
        dims=tuple(_size(size) for size in meta["sizes"]),
        dtype=DTYPES[meta["dtype"]],
    )


def _first_names(table: Mapping[str, Any]) -> dict[str, str]:
    """Return the first name of every parameter; a parameter under several is stored once."""
    first: dict[str, str] = {}
    return {name: first.setdefault(json.dumps(entry), name) for name, entry in table.items()}


def _size(size: Mapping[str, Any]) -> int:
    """Return a size; that of the example where the program leaves it open."""
    number = size["as_int"] if "as_int" in size else size["as_expr"]["hint"]["as_int"]
    return int(number)
