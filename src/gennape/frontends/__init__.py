"""Networks in: a PyTorch module, an exported program, an ONNX file, or a name."""

import sys
from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

from gennape.frontends.errors import FrontendError
from gennape.frontends.inputs import (
    NetworkInputs,
    TensorSpec,
    network_inputs_of,
    parse_inputs,
    split_model,
)
from gennape.frontends.names_in_files import is_network_file
from gennape.graph import ComputationGraph

if TYPE_CHECKING:
    from torch.export import ExportedProgram
    from torch.nn import Module

__all__ = ["FrontendError", "graph_of"]

Model = Union["Module", "ExportedProgram", str, "PathLike[str]", ComputationGraph]


def graph_of(
    model: Model, input_shape: Sequence[int] | None = None, *, inputs: Any = None
) -> ComputationGraph:
    """Read a network as a computation graph.

    No weight is changed, downloaded or computed with.

    Args:
        model: A `torch.nn.Module`; a `torch.export` program; the path of a `.pt2` or an
            `.onnx` file; or a name: `timm:NAME`, `torchvision:NAME`, `pytorchcv:NAME`,
            `package.module:factory`, `FAMILY:ARCHITECTURE`. A graph stays as it is.
        input_shape: Sizes of one sample without the batch, (channels, height, width).
            Needed for modules and factories, and for files that leave it open.
        inputs: Instead of it, everything that the network is given: a mapping by name, a
            sequence by position, or its one input. Each is an example tensor, a whole shape
            such as `(1, 3, 224, 224)`, a shape with its type such as `"1x128:int64"` or
            `((1, 128), torch.int64)`, or a plain value; mappings and sequences may be nested.

    Returns:
        The graph as written; `gennape.graph.canonical` makes frontends comparable.

    Raises:
        FrontendError: The model cannot be read; says why and what to do.
    """
    if isinstance(model, ComputationGraph):
        return model
    given = _given(input_shape, inputs)
    if isinstance(model, str | PathLike):
        return _from_text(fspath(model), given)
    if sys.modules.get("torch") is None:  # who has a module or a program has imported it
        raise _no_network(model)
    from torch.export import ExportedProgram
    from torch.nn import Module

    from gennape.frontends import torch

    if isinstance(model, ExportedProgram):
        return torch.trace_program(model, given)
    if isinstance(model, Module):
        model = getattr(model, "_orig_mod", model)  # what torch.compile has wrapped
        return torch.trace_module(model, given)
    raise _no_network(model)


def _no_network(model: object) -> FrontendError:
    return FrontendError(
        f"{type(model).__name__} is no network; give a torch.nn.Module, an exported program, "
        "a path or a name"
    )


def _from_text(text: str, inputs: NetworkInputs | None) -> ComputationGraph:
    """Read a file or a name; `MODEL@SHAPE` states the inputs of this one."""
    if not text:
        raise FrontendError("an empty name is no network; give a file or a name")
    model, own_inputs = split_model(text)
    if own_inputs is not None and not Path(text).exists() and not _is_architecture(model):
        return _from_text(model, _given(*parse_inputs(own_inputs.split(","))))
    path = Path(text)
    if path.suffix.lower() == ".onnx":
        from gennape.frontends.onnx.reader import read_onnx

        return read_onnx(path, inputs)
    if path.suffix.lower() == ".pt2":
        from gennape.frontends.torch import read_program

        return read_program(path, inputs)
    if path.is_dir():
        raise FrontendError(
            f"{text} is a folder; give one with an .onnx or .pt2 file to `gennape score`, or such "
            "a file"
        )
    if path.exists():
        raise FrontendError(
            f"{text} is neither an .onnx nor a .pt2 file; export the network to one of them"
        )
    from gennape.frontends.names import graph_of_name

    return graph_of_name(text, inputs)


def _is_architecture(name: str) -> bool:
    """Tell whether a name is of a family, whose networks may end in `@2` and state their inputs."""
    from gennape import spaces  # imports all families, and who reads a network file needs none

    return not is_network_file(name) and spaces.split(name) is not None


def _given(input_shape: Sequence[int] | None, inputs: Any) -> NetworkInputs | None:
    """Understand what the caller said of the inputs; None if that is nothing.

    Raises:
        FrontendError: It is said twice, or a shape is none.
    """
    if input_shape is not None and inputs is not None:
        raise FrontendError(
            "input_shape and inputs both state the inputs; give inputs alone, with whole shapes"
        )
    if input_shape is None:
        return None if inputs is None else network_inputs_of(inputs)
    return NetworkInputs((TensorSpec((1, *_checked(input_shape)), is_sample=True),))


def _checked(input_shape: Sequence[int]) -> tuple[int, ...]:
    """Return the shape as a tuple of positive numbers."""
    try:
        shape = tuple(int(size) for size in input_shape)
    except (TypeError, ValueError):
        shape = ()
    if not shape or any(size < 1 for size in shape):
        raise FrontendError(
            f"input_shape {input_shape!r} must be the positive sizes of one input without the "
            "batch, such as (3, 32, 32)"
        )
    return shape
