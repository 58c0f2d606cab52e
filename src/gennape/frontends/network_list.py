"""Read a mixed list of networks; one that cannot be read does not harm the others."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from os import PathLike
from os.path import isdir
from pathlib import Path
from typing import Any

from torch import nn

from gennape.frontends import FrontendError, Model, graph_of
from gennape.frontends.file_processes import read_in_processes
from gennape.graph import ComputationGraph
from gennape.graph.backbone import backbone
from gennape.utils.errors import one_line
from gennape.utils.progress import ProgressCallback, no_progress

MODEL_FILES = (".onnx", ".pt2")
"""Endings of the files that a folder is searched for."""
_TASK = "reading networks"

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
    workers: int | None = None,
    report: ProgressCallback = no_progress,
) -> NetworkList:
    """Read networks in any form that `graph_of` reads, and folders of network files.

    Several files are read in other processes: one whose reading takes its process down, or never
    ends, is one that could not be read, and the others are.

    Args:
        models: Files, folders (searched recursively for `.onnx` and `.pt2`), names, modules; or
            one of them.
        input_shape: Sizes of one input for modules, names and files that leave them open.
        inputs: Instead of it, all inputs; see `graph_of`.
        backbones: Whether the `backbone` of each is taken in its place.
        workers: How many processes read files; chosen by their number unless given.
        report: Told how many are read.
    """
    read = partial(_read, input_shape=input_shape, inputs=inputs, backbones=backbones)
    several = list(chain.from_iterable(map(_files_in, _several(models))))
    apart = [place for place, model in enumerate(several) if _is_file(model)]
    if len(apart) == 1 and workers is None:
        apart = []  # a process of its own would take longer than the file
    graphs: dict[int, ComputationGraph] = {}
    errors: dict[int, str] = {}
    for place in sorted({*range(len(several))} - {*apart}):
        try:
            graphs[place] = read(several[place])
        except Exception as error:  # whatever is wrong with one must not harm the others
            errors[place] = one_line(error)
        report(_TASK, len(graphs) + len(errors), len(several))
    files = [str(several[place]) for place in apart]
    for outcome in read_in_processes(read, files, workers):
        if outcome.graph is None:
            errors[apart[outcome.place]] = outcome.error
        else:
            graphs[apart[outcome.place]] = outcome.graph
        report(_TASK, len(graphs) + len(errors), len(several))
    names = [
        str(model) if isinstance(model, str | PathLike) else type(model).__name__
        for model in several
    ]
    return NetworkList(
        tuple(names[place] for place in sorted(graphs)),
        tuple(graphs[place] for place in sorted(graphs)),
        tuple(UnreadNetwork(names[place], errors[place]) for place in sorted(errors)),
    )


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


def _is_file(model: Model) -> bool:
    """Whether it is a file of a network, which strangers may have made."""
    return (
        isinstance(model, str | PathLike)
        and Path(model).suffix.lower() in MODEL_FILES
        and Path(model).is_file()
    )


def _read(
    model: Model, *, input_shape: Sequence[int] | None, inputs: Any, backbones: bool
) -> ComputationGraph:
    """Read a network; a size that is given for several does not replace the one a file states."""
    graph = None
    if _is_file(model) and (input_shape is not None or inputs is not None):
        with suppress(FrontendError):
            graph = graph_of(model)
    if graph is None:
        graph = graph_of(model, input_shape, inputs=inputs)
    return backbone(graph) if backbones else graph
