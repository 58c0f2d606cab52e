"""Read a mixed list of networks; one that cannot be read does not harm the others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from os import PathLike
from os.path import isdir
from pathlib import Path
from typing import Any

from torch import nn

from gennape.frontends import FrontendError, Model, graph_of
from gennape.graph import ComputationGraph
from gennape.graph.backbone import backbone as backbone_of
from gennape.utils.errors import one_line
from gennape.utils.progress import ProgressCallback, no_progress

Networks = Model | Iterable[Model] | Mapping[str, Model]
"""One network in any form that `graph_of` reads, a folder of files, or many of them."""
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
    named = failure.model in failure.error
    return failure.error if named else f"{failure.model}: {failure.error}"


def read_networks(
    models: Networks,
    input_shape: Sequence[int] | None = None,
    *,
    inputs: Any = None,
    backbone: bool = False,
    report: ProgressCallback = no_progress,
) -> NetworkList:
    """Read networks in any form that `graph_of` reads, and folders of network files.

    Args:
        models: Files, folders (searched recursively for `.onnx` and `.pt2`), names, modules,
            graphs; or one of them. Keys of a mapping are what its networks are called.
        input_shape: Sizes of one input for modules, names and files that leave them open.
        inputs: Instead of it, all inputs; see `graph_of`.
        backbone: Whether the backbone of each is taken in its place.
        report: Told how many are read.
    """
    names: list[str] = []
    graphs: list[ComputationGraph] = []
    failed: list[UnreadNetwork] = []
    found = list(_named(models))
    for number, (name, model) in enumerate(found):
        try:
            graph = _read(model, input_shape, inputs)
            graphs.append(backbone_of(graph) if backbone else graph)
            names.append(name)
        except Exception as error:  # whatever is wrong with one network must not harm the others
            failed.append(UnreadNetwork(name, one_line(error)))
        report("reading", number + 1, len(found))
    return NetworkList(tuple(names), tuple(graphs), tuple(failed))


def _named(models: Networks) -> Iterator[tuple[str, Model]]:
    """Every network with what it is called."""
    if isinstance(models, Mapping):
        yield from models.items()
        return
    is_one = isinstance(models, _ONE) or not isinstance(models, Iterable)
    several: Any = [models] if is_one else models
    for place, model in enumerate(several):
        for one in _files_in(model):
            yield _name_of(one, place), one


def _name_of(model: Model, place: int) -> str:
    if isinstance(model, ComputationGraph):
        return model.name or f"graph {place}"
    return str(model) if isinstance(model, str | PathLike) else type(model).__name__


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
