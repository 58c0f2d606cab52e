"""Networks in: a PyTorch module, an exported program, an ONNX file, or a name."""

from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Union

from gennape.frontends.errors import FrontendError
from gennape.graph import ComputationGraph

if TYPE_CHECKING:
    from torch.export import ExportedProgram
    from torch.nn import Module

__all__ = ["FrontendError", "graph_of"]

Model = Union["Module", "ExportedProgram", str, "PathLike[str]"]


def graph_of(model: Model, input_shape: Sequence[int] | None = None) -> ComputationGraph:
    """Read a network as a computation graph.

    No weight is changed, downloaded or computed with.

    Args:
        model: A `torch.nn.Module`; a `torch.export` program; the path of a `.pt2` or an
            `.onnx` file; or a name: `timm:NAME`, `torchvision:NAME`, `pytorchcv:NAME`,
            `package.module:factory`, `FAMILY:ARCHITECTURE`.
        input_shape: Sizes of one sample without the batch, (channels, height, width).
            Needed for modules and factories, and for files that leave it open.

    Returns:
        The graph as written; `gennape.graph.canonical` makes frontends comparable.

    Raises:
        FrontendError: The model cannot be read; says why and what to do.
    """
    if isinstance(model, str | PathLike):
        return _from_text(fspath(model), _checked(input_shape))
    from torch.export import ExportedProgram
    from torch.nn import Module

    from gennape.frontends import torch

    if isinstance(model, ExportedProgram):
        return torch.trace_program(model, _checked(input_shape))
    if isinstance(model, Module):
        model = getattr(model, "_orig_mod", model)  # what torch.compile has wrapped
        return torch.trace_module(model, _checked(input_shape))
    raise FrontendError(
        f"a {type(model).__name__} is no network; give a torch.nn.Module, an exported program, "
        "a path or a name"
    )


def _from_text(text: str, input_shape: tuple[int, ...] | None) -> ComputationGraph:
    """Read a file or a name."""
    if not text:
        raise FrontendError("an empty name is no network; give a file or a name")
    path = Path(text)
    if path.suffix.lower() == ".onnx":
        from gennape.frontends.onnx.reader import read_onnx

        return read_onnx(path, input_shape)
    if path.suffix.lower() == ".pt2":
        from gennape.frontends.torch import read_program

        return read_program(path, input_shape)
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

    return graph_of_name(text, input_shape)


def _checked(input_shape: Sequence[int] | None) -> tuple[int, ...] | None:
    """Return the shape as a tuple of positive numbers."""
    if input_shape is None:
        return None
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
