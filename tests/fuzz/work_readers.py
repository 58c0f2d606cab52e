"""Readers of folders in which work goes on, of lists of networks and of images.

Each takes a path, for `fuzz.work_targets`, and returns the numbers that it read or computed.
"""

from functools import cache
from pathlib import Path

from gennape import spaces
from gennape.frontends.names_in_files import NameInFile
from gennape.frontends.network_list import read_networks
from gennape.labelling import Compute, Dataset, RunStatus, label_networks
from gennape.labelling.folder import LabellingFolder, LabellingRun
from gennape.labelling.networks import read_network_file
from gennape.labelling.sources import load_image_folder
from gennape.labelling.worker import RunWorker
from gennape.proxies import sample_pool, score_pool
from gennape.search import NetworkCache, SearchSettings, search
from helpers.labelled_networks import coloured_images, tiny_network, tiny_recipe
from helpers.search_doubles import Quality, true_quality

NETWORK = tiny_network("hiaml:a22-a22-a22-z", width=4)
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
    """Go on with a labelling; return accuracies, NaN of a run that failed.

    One diverges where its weights were made very large.
    """
    found = label_networks([NETWORK], images(), RECIPE, folder, compute=Compute())
    diverged = RunStatus.DIVERGED
    return [one.accuracy for one in found.records if one.status is not diverged]


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
    """Read names as they come on standard input; what could not be read is an error."""
    lines = path.read_text("utf-8", "replace").splitlines()
    found = read_networks([NameInFile(line.strip()) for line in lines if line.strip()], (3, 32, 32))
    for failure in found.failed:
        assert failure.error.isprintable(), failure
    return [float(graph.macs) for graph in found.graphs]


def image_folder(folder: Path) -> list[float]:
    """Read images; return the sums of their pixels."""
    found = load_image_folder(folder, 8)
    return [float(part.pixels.sum()) for part in found.parts]
