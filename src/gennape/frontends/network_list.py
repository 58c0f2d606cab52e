"""Read a mixed list of networks; one that cannot be read does not harm the others."""

import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from os import PathLike
from os.path import isdir
from pathlib import Path
from typing import Any

from gennape.frontends import FrontendError, Model, graph_of
from gennape.frontends.file_reading import FileOutcome, read_files
from gennape.frontends.names_in_files import MODEL_FILES, NameInFile, check_name, is_network_file
from gennape.graph import ComputationGraph
from gennape.graph.backbone import backbone as backbone_of
from gennape.utils.errors import one_line
from gennape.utils.progress import ProgressCallback, no_progress

_LOG = logging.getLogger(__name__)

Networks = Model | Iterable[Model] | Mapping[str, Model]
"""One network in any form that `graph_of` reads, a folder of files, or many of them."""


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

    def all_graphs(self) -> tuple[ComputationGraph, ...]:
        """Return the networks where each of them is needed.

        Raises:
            FrontendError: One could not be read; names the first.
        """
        for failure in self.failed:
            raise FrontendError(failure_text(failure))
        return self.graphs


def failure_text(failure: UnreadNetwork) -> str:
    """One sentence that names the network that could not be read."""
    named = one_line(ValueError(failure.model)) in failure.error
    return failure.error if named else f"{failure.model}: {failure.error}"


def read_networks(
    models: Networks,
    input_shape: Sequence[int] | None = None,
    *,
    inputs: Any = None,
    backbone: bool = False,
    workers: int | None = None,
    report: ProgressCallback = no_progress,
) -> NetworkList:
    """Read networks in any form that `graph_of` reads, and folders of network files.

    Several files are read in other processes: one whose reading takes its process down, or never
    ends, is one that could not be read, and the others are.

    Args:
        models: Files, folders (searched recursively for `.onnx` and `.pt2`), names, modules,
            graphs; or one of them. Keys of a mapping are what its networks are called.
        input_shape: Sizes of one input for modules, names and files that leave them open.
        inputs: Instead of it, all inputs; see `graph_of`.
        backbone: Whether the backbone of each is taken in its place.
        workers: How many processes read files; chosen by their number unless given.
        report: Told how many are read.
    """
    read = partial(_read, input_shape=input_shape, inputs=inputs, backbone=backbone)
    found = list(_named(models))
    graphs: dict[int, ComputationGraph] = {}
    errors: dict[int, str] = {}
    for outcome in _outcomes(read, [model for _, model in found], workers):
        if outcome.graph is None:
            errors[outcome.place] = outcome.error
        else:
            graphs[outcome.place] = outcome.graph
        report("reading", len(graphs) + len(errors), len(found))
    return NetworkList(
        tuple(found[place][0] for place in sorted(graphs)),
        tuple(graphs[place] for place in sorted(graphs)),
        tuple(UnreadNetwork(found[place][0], errors[place]) for place in sorted(errors)),
    )


def _outcomes(
    read: Callable[[Model], ComputationGraph],
    models: Sequence[Model],
    workers: int | None,
) -> Iterator[FileOutcome]:
    """Read each network; see `read_files` for files."""
    files = [place for place, model in enumerate(models) if _is_file(model)]
    for place in sorted({*range(len(models))} - {*files}):
        try:
            yield FileOutcome(place, read(models[place]))
        except Exception as error:  # whatever is wrong with one must not harm the others
            _LOG.debug("%s could not be read", models[place], exc_info=error)
            yield FileOutcome(place, None, one_line(error))
    paths = [str(models[place]) for place in files]
    with closing(read_files(read, paths, workers=workers)) as outcomes:
        for outcome in outcomes:
            yield outcome._replace(place=files[outcome.place])


def _named(models: Networks) -> Iterator[tuple[str, Model]]:
    """Every network with what it is called."""
    if isinstance(models, Mapping):
        yield from models.items()
        return
    is_one = isinstance(models, str | bytes | PathLike) or _is_module(models)
    several: Any = [models] if is_one or not isinstance(models, Iterable) else models
    for place, model in enumerate(several):
        for one in _files_in(model):
            yield _name_of(one, place), one


def _name_of(model: Model, place: int) -> str:
    if isinstance(model, ComputationGraph):
        return model.name or f"graph {place}"
    return str(model) if isinstance(model, str | PathLike) else type(model).__name__


def _is_module(model: Any) -> bool:
    """Return whether it is a PyTorch module; some, such as Sequential, are iterable."""
    torch = sys.modules.get("torch")  # who has a module has imported it; nobody else waits for it
    return torch is not None and isinstance(model, torch.nn.Module)


def _files_in(model: Model) -> list[Model]:
    """Find the network files of a folder; anything else, an empty folder too, stands for itself."""
    if not isinstance(model, str | PathLike) or not isdir(model):
        return [model]
    files = sorted(path for path in Path(model).rglob("*") if path.suffix.lower() in MODEL_FILES)
    return list(files) or [model]


def _is_file(model: Model) -> bool:
    """Whether it is a file of a network."""
    return isinstance(model, str | PathLike) and is_network_file(model)


def _read(
    model: Model, *, input_shape: Sequence[int] | None, inputs: Any, backbone: bool
) -> ComputationGraph:
    """Read a network; a size that is given for several does not replace the one a file states."""
    if isinstance(model, NameInFile):
        check_name(model, cure="give the name as an argument of the command")
    graph = None
    if _is_file(model) and (input_shape is not None or inputs is not None):
        with suppress(FrontendError):
            graph = graph_of(model)
    if graph is None:
        graph = graph_of(model, input_shape, inputs=inputs)
    return backbone_of(graph) if backbone else graph
