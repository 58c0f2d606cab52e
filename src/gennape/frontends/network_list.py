"""Read a mixed list of networks; one that cannot be read does not harm the others."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from os import PathLike
from os.path import isdir
from pathlib import Path
from typing import Any

from torch import nn

from gennape.frontends import FrontendError, Model, graph_of
from gennape.graph import ComputationGraph
from gennape.graph.backbone import backbone
from gennape.utils.errors import one_line

MODEL_FILES = (".onnx", ".pt2")
"""Endings of the files that a folder is searched for."""

_ONE = (str, PathLike, nn.Module)  # modules such as Sequential are iterable


@dataclass(frozen=True)
class UnreadNetwork:
    """A network that could not be read, and why in one sentence."""

    model: str
    error: str


@dataclass(frozen=True)
class NetworkList:
    """Networks that were read, in the order given.

    Attributes:
        names: File or name that each network was read from.
        graphs: The networks.
        failed: Those that could not be read.
    """

    names: tuple[str, ...]
    graphs: tuple[ComputationGraph, ...]
    failed: tuple[UnreadNetwork, ...]


def read_networks(
    models: Model | Iterable[Model],
    input_shape: Sequence[int] | None = None,
    *,
    inputs: Any = None,
    backbones: bool = False,
) -> NetworkList:
    """Read networks in any form that `graph_of` reads, and folders of network files.

    Args:
        models: Files, folders (searched recursively for `.onnx` and `.pt2`), names, modules; or
            one of them.
        input_shape: Sizes of one input for modules, names and files that leave them open.
        inputs: Instead of it, all inputs; see `graph_of`.
        backbones: Whether the `backbone` of each is taken in its place.
    """
    names: list[str] = []
    graphs: list[ComputationGraph] = []
    failed: list[UnreadNetwork] = []
    for model in chain.from_iterable(map(_files_in, _several(models))):
        name = str(model) if isinstance(model, str | PathLike) else type(model).__name__
        try:
            graph = _read(model, input_shape, inputs)
            graphs.append(backbone(graph) if backbones else graph)
            names.append(name)
        except Exception as error:  # whatever is wrong with one network must not harm the others
            failed.append(UnreadNetwork(name, one_line(error)))
    return NetworkList(tuple(names), tuple(graphs), tuple(failed))


def _several(models: Model | Iterable[Model]) -> Iterable[Model]:
    """Return several models, though only one is given."""
    if isinstance(models, _ONE) or not isinstance(models, Iterable):
        return [models]
    return models


def _files_in(model: Model) -> list[Model]:
    """Find the network files of a folder; anything else, an empty folder too, stands for itself."""
    if not isinstance(model, str | PathLike) or not isdir(model):
        return [model]
    files = sorted(path for path in Path(model).rglob("*") if path.suffix.lower() in MODEL_FILES)
    return list(files) or [model]


def _read(model: Model, input_shape: Sequence[int] | None, inputs: Any) -> ComputationGraph:
    """Read a network; a size that is given for several does not replace the one a file states."""
    is_file = isinstance(model, str | PathLike) and Path(model).suffix.lower() in MODEL_FILES
    if is_file and (input_shape is not None or inputs is not None):
        with suppress(FrontendError):
            return graph_of(model)
    return graph_of(model, input_shape, inputs=inputs)
