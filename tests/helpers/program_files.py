"""Exported programs written call by call, for tests."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def argument(value: Any) -> Json:
    """An argument: a name of a tensor, or a list of such, or a plain value."""
    if isinstance(value, dict):
        return value
    if isinstance(value, bool):
        return {"as_bool": value}
    if isinstance(value, int):
        return {"as_int": value}
    if isinstance(value, float):
        return {"as_float": value}
    if isinstance(value, str):
        return {"as_tensor": {"name": value}}
    if isinstance(value, list) and value and isinstance(value[0], str):
        return {"as_tensors": [{"name": name} for name in value]}
    return {"as_none": True} if value is None else {"as_ints": value}


def size(name: str) -> Json:
    """A size with a name, as an argument."""
    return {"as_sym_int": {"as_name": name}}


def call(target: str, *arguments: Any, output: Any = "y", **named: Any) -> Json:
    """A call; `output` is a name, a list of names, or the JSON of one result."""
    inputs = [{"name": "", "arg": argument(value), "kind": 1} for value in arguments]
    inputs += [{"name": n, "arg": argument(v), "kind": 2} for n, v in named.items()]
    outputs = [output] if isinstance(output, dict) else [argument(output)]
    return {"target": target, "inputs": inputs, "outputs": outputs}


def aten(operator: str, *arguments: Any, output: Any = "y", **named: Any) -> Json:
    """A call of an operator such as `relu.default`."""
    return call(f"torch.ops.aten.{operator}", *arguments, output=output, **named)


def graph(nodes: Sequence[Json], inputs: Sequence[str] = ("x",), output: str = "y") -> Json:
    """A graph of calls."""
    return {
        "inputs": [argument(name) for name in inputs],
        "outputs": [argument(output)],
        "nodes": list(nodes),
        "is_single_tensor_return": True,
    }


def save_program(
    path: Path,
    nodes: Sequence[Json],
    inputs: Mapping[str, Sequence[int]] | None = None,
    *,
    dtype: int = 7,
    compression: int = zipfile.ZIP_STORED,
) -> Path:
    """Write a program to `path`.

    Args:
        path: The file.
        nodes: Its calls; the last gives the result `y`.
        inputs: Dimensions of its inputs; one image `x` of (1, 4, 8, 8) by default.
        dtype: Number of their element type.
        compression: As `zipfile` has it.
    """
    inputs = {"x": (1, 4, 8, 8)} if inputs is None else inputs
    values = {
        name: {"dtype": dtype, "sizes": [{"as_int": size} for size in dims]}
        for name, dims in inputs.items()
    }
    specs = [{"user_input": {"arg": argument(name)}} for name in inputs]
    content = graph(nodes, list(inputs)) | {"tensor_values": values, "sym_int_values": {}}
    program = {"graph_module": {"graph": content, "signature": {"input_specs": specs}}}
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("net/models/model.json", json.dumps(program))
    return path
