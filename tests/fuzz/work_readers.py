"""Readers of folders in which work goes on, of lists of networks and of images.

Each takes a path, for `fuzz.work_targets`, and returns the numbers that it read or computed.
"""

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from torch import Tensor

from gennape import spaces
from gennape.frontends.names_in_files import LIBRARIES, NameInFile
from gennape.frontends.network_list import read_networks
from gennape.labelling import Compute, Dataset, RunStatus, label_networks
from gennape.labelling.folder import LabellingFolder, LabellingRun
from gennape.labelling.networks import read_network_file
from gennape.labelling.sources import load_image_folder
from gennape.labelling.worker import RunWorker
from gennape.proxies import sample_pool, score_pool
from gennape.search import NetworkCache, SearchSettings, search
from gennape.utils.torch_files import load_torch
from helpers.labelled_networks import coloured_images, tiny_network, tiny_recipe
from helpers.search_doubles import Quality, true_quality

NETWORK = tiny_network("hiaml:a22-a22-a22-z", width=4)
_LARGE = 1e3
"""Of the numbers in a checkpoint; those of this network stay below 10."""
_LONGEST = 1_500
"""Characters of an error."""
_MEASURED = ("macs", "parameters", "score", "uncertainty")
RECIPE = tiny_recipe(optimizer="rmsprop", half_resolution_epochs=0)


@cache
def images() -> Dataset:
    """Give few images to learn from."""
    return coloured_images(images=32)


def begin_labelling(folder: Path, epochs: int) -> None:
    """Train a network for so many epochs."""
    kept = LabellingFolder(folder, images(), RECIPE)
    run = LabellingRun(NETWORK, 0)
    RunWorker(kept, images(), RECIPE, Compute()).attempt(run, lambda done: done < epochs)


def labelled(folder: Path) -> list[float]:
    """Go on with a labelling; return accuracies, NaN of a run that failed."""
    found = label_networks([NETWORK], images(), RECIPE, folder, compute=Compute())
    return [one.accuracy for one in found.records]


@cache
def _uninterrupted() -> list[float]:
    with TemporaryDirectory() as folder:
        return labelled(Path(folder))


def labelled_again(folder: Path) -> list[float]:
    """Go on with a labelling whose checkpoint may be damaged; that changes no result."""
    found = labelled(folder)
    assert found == _uninterrupted(), f"damage has changed the result: {found}"
    return found


def labelled_from(folder: Path) -> list[float]:
    """Go on with a labelling from a checkpoint that somebody has made.

    A training may diverge only where there are weights in it such as no training gives.
    """
    (checkpoint,) = folder.rglob("*.pt")
    largest = _largest(checkpoint)
    (record,) = label_networks([NETWORK], images(), RECIPE, folder, compute=Compute()).records
    diverged = record.status is RunStatus.DIVERGED and largest > _LARGE
    assert diverged or record.status is RunStatus.TRAINED, f"{record}, largest {largest}"
    return [] if diverged else [record.accuracy]


def _largest(checkpoint: Path) -> float:
    """Return the largest number of a checkpoint; 0 where it is damaged."""
    try:
        tensors = [*_tensors(load_torch(checkpoint))]
        return max(tensor.abs().nan_to_num().max().item() for tensor in tensors)
    except Exception:
        return 0.0


def _tensors(value: object) -> Iterator[Tensor]:
    if isinstance(value, dict):
        for inside in value.values():
            yield from _tensors(inside)
    elif isinstance(value, Tensor):
        yield value


def searched(folder: Path, budget: int = 20) -> list[float]:
    """Go on with a search; return what was measured."""
    cells = NetworkCache(spaces.get("nasbench201"))
    settings = SearchSettings("evolution", budget=budget)
    found = search(cells, settings, folder, Quality())
    return [one.metrics[name] for one in found.candidates for name in _MEASURED]


def guided(folder: Path, evaluations: int = 3) -> list[float]:
    """Go on with a search by true evaluations; return what was measured."""
    found = search(
        NetworkCache(spaces.get("nasbench201")), SearchSettings("random", budget=6), folder,
        Quality(3.0), evaluate=true_quality, evaluations=evaluations, per_round=1,
    )  # fmt: skip
    return [one.metrics[name] for one in found.candidates for name in _MEASURED]


def scored(folder: Path, networks: int = 4) -> list[float]:
    """Go on with scores of a pool; return them."""
    pool = sample_pool("nasbench201", networks, resolution=8)
    wanted = ("parameters", "depth")
    scores = score_pool(pool.space, pool.architectures, wanted, folder, batch_size=2)
    return [value for name in wanted for value in scores.values(name)]


def network_file(path: Path) -> list[float]:
    """Read a list of networks."""
    return [float(graph.macs) for graph in read_network_file(path, images())]


def names_given(path: Path) -> list[float]:
    """Read names as they come on standard input: each is a network, or an error in one sentence.

    Whichever they are, nothing is imported that they name but families and known libraries.
    """
    lines = path.read_text("utf-8", "replace").splitlines()
    names = [NameInFile(line.strip()) for line in lines if line.strip()]
    before = {*sys.modules}
    found = read_networks(names, (3, 32, 32))
    assert len(found.graphs) + len(found.failed) == len(names)
    for failure in found.failed:
        assert _is_sentence(failure.error), failure
    named = {name.partition(":")[0].strip() for name in names} - {*LIBRARIES}
    assert not named & ({*sys.modules} - before), "a name had a module imported"
    return [float(graph.macs) for graph in found.graphs]


def _is_sentence(error: str) -> bool:
    """Tell whether an error is one line that was meant for people, and not too long for them."""
    is_raw = re.match(r"\w+(Error|Exception|Exit|Interrupt)\b", error)
    return error.isprintable() and 0 < len(error) < _LONGEST and not is_raw


def image_folder(folder: Path) -> list[float]:
    """Read images; return the sums of their pixels."""
    found = load_image_folder(folder, 8)
    return [float(part.pixels.sum()) for part in found.parts]
