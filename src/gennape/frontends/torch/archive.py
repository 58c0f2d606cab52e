"""A `.pt2` file becomes a graph: its structure is read, nothing in it is executed.

`torch.export.load` unpickles weights, constants and example inputs without limits and
evaluates expressions, so a file from a stranger could run any code. The structure of
the program is JSON: here only that is read. It states the sizes of all tensors; where these
are not enough, PyTorch's own operators are called, on meta tensors. Weights stay in the file.
"""

import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile, ZipFile

from gennape.frontends.errors import FrontendError
from gennape.frontends.graph_cache import GraphCache
from gennape.frontends.inputs import NetworkInputs
from gennape.frontends.torch.program_inputs import ProgramInput
from gennape.frontends.torch.serialized import ELEMENT_TYPES, Operators, SerializedGraph
from gennape.frontends.torch.stated_program import (
    NeedsPyTorch,
    StatedOperators,
    read_stated,
    stated_shape,
    stated_size,
)
from gennape.graph import ComputationGraph
from gennape.utils.errors import one_line, reading

_PROGRAMS = ("models/model.json", "serialized_exported_program.json")
"""Where the program is inside the archive: in current files, and before torch 2.7."""
_WEIGHTS = "model_weights_config.json"
"""Which stored tensor each parameter is; two names of one parameter share it."""
_MOST_JSON = 96 << 20
_MOST_PARTS = 3_000_000
"""Lists and objects of a JSON document."""


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
        program = _Program.read(path)
        try:
            return _read_stated(program, inputs)
        except NeedsPyTorch as need:
            return _read_with_pytorch(program, inputs, need)


class _Program(NamedTuple):
    """The JSON of a program.

    Attributes:
        path: Its file.
        graph: Its graph.
        specs: What its placeholders are.
        names: The first name of every parameter, by each of its names.
        digest: Of the JSON.
    """

    path: Path
    graph: Any
    specs: Any
    names: Mapping[str, str]
    digest: str

    @classmethod
    def read(cls, path: Path) -> "_Program":
        """Read the JSON of a file."""
        program, table, digest = _contents(path)
        with _known_form(path):
            module = program["graph_module"]
            specs = module["signature"]["input_specs"]
            return cls(path, module["graph"], specs, _first_names(table), digest)

    def prepared(self, operators: Operators) -> tuple[SerializedGraph, list[ProgramInput]]:
        """Prepare its calls for some operators; gives its placeholders too."""
        with _known_form(self.path):
            placeholders = [_input(spec, self.graph, self.names) for spec in self.specs]
            return SerializedGraph(self.graph, str(self.path), operators), placeholders


def _read_stated(program: _Program, inputs: NetworkInputs | None) -> ComputationGraph:
    """Read a program by the sizes it states.

    Raises:
        NeedsPyTorch: These are not enough.
    """
    if inputs is not None:
        raise NeedsPyTorch("is asked for with inputs of its own")
    operators = StatedOperators()
    graph, placeholders = program.prepared(operators)
    return read_stated(graph, operators, placeholders, program.path.name)


def _read_with_pytorch(
    program: _Program, inputs: NetworkInputs | None, need: NeedsPyTorch
) -> ComputationGraph:
    """Read a program that PyTorch has to run, or take it from the cache.

    Args:
        program: The program.
        inputs: As in `read_program`.
        need: Why PyTorch has to.

    Raises:
        FrontendError: It does not run, or PyTorch is not installed.
    """
    cache = GraphCache.of_user()
    key = cache.key(program.digest, program.path.name, str(inputs))
    graph = cache.get(key) if key else None
    if graph is not None:
        return graph
    if find_spec("torch") is None:
        raise FrontendError(
            f"{program.path} {need}: it is read with PyTorch alone; run pip install "
            "'gennape[torch]'"
        ) from need
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        graph = _executed(program, inputs)
    for warning in caught:
        warnings.warn(warning.message, stacklevel=2)
    if key and not caught:
        cache.put(key, graph)
        cache.trim()
    return graph


def _executed(program: _Program, inputs: NetworkInputs | None) -> ComputationGraph:
    """Read a program while PyTorch runs it on tensors without numbers."""
    from gennape.frontends.torch.executed_program import PyTorchOperators, execute_program

    graph, placeholders = program.prepared(PyTorchOperators())
    return execute_program(graph, placeholders, inputs, program.path.name)


@contextmanager
def _known_form(path: Path) -> Iterator[None]:
    """Say of a file whose JSON lacks something that its form is not known."""
    try:
        yield
    except (KeyError, TypeError, StopIteration, AttributeError) as error:
        raise FrontendError(
            f"{path} is written in a form of torch.export that is not known here "
            f"({one_line(error)}); export it again with a current PyTorch"
        ) from error


def _contents(path: Path) -> tuple[Any, Any, str]:
    """Load the JSON of the program, and of the table of weights (empty in old files).

    Gives the digest of both, too.
    """
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
            table = _document(archive, tables[0], path) if tables else b'{"config": {}}'
            program = _document(archive, programs[0], path)
        digest = sha256(program + table).hexdigest()
        return json.loads(program), json.loads(table)["config"], digest
    except FrontendError:
        raise
    except (BadZipFile, ValueError, OSError, EOFError) as error:
        raise FrontendError(
            f"{path} is not a torch.export file or is cut off ({one_line(error)}); export or copy "
            "it again"
        ) from error


def _document(archive: ZipFile, name: str, path: Path) -> bytes:
    """Read a JSON document of an archive.

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
    return content


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
        dims=stated_shape(meta),
        dtype=ELEMENT_TYPES[meta["dtype"]],
    )


def _number(argument: Mapping[str, Any], graph: Mapping[str, Any]) -> Any:
    """Return an input that is no tensor; that of the example where it is a size."""
    kind, value = next(iter(argument.items()))
    if kind == "as_none":
        return None
    if isinstance(value, Mapping) and "as_name" in value:
        return stated_size(graph["sym_int_values"][value["as_name"]])
    return next(iter(value.values())) if isinstance(value, Mapping) else value


def _first_names(table: Mapping[str, Any]) -> dict[str, str]:
    """Return the first name of every parameter; a parameter under several is stored once."""
    first: dict[str, str] = {}
    return {name: first.setdefault(json.dumps(entry), name) for name, entry in table.items()}
