"""Each kind of work that takes long, small, and what came of it in a form that can be compared.

`python -m helpers.long_work KIND FOLDER` does it in a process that may be killed.
"""

import shutil
import sys
from atexit import register
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pyarrow.parquet as pq
import pytest

from gennape import spaces
from gennape.benchmarks import import_official
from gennape.estimator import pretrain
from gennape.evaluation import transfer as room
from gennape.evaluation.transfer import transfer
from gennape.labelling import Compute, label_networks
from gennape.proxies import sample_pool, score_pool
from gennape.search import NetworkCache, SearchSettings, search
from gennape.utils.files import sha256_of
from helpers import official_files as official
from helpers.labelled_networks import coloured_images, tiny_network, tiny_recipe
from helpers.search_doubles import Quality, true_quality
from helpers.tiny_tables import (
    TINY,
    short_split,
    tiny_estimator,
    write_nasbench101,
    write_nasbench201,
)

_SEARCH = SearchSettings("evolution", budget=60)


@cache
def _data() -> Path:
    """A folder of labelled tables, an estimator and an official file, of this process."""
    folder = Path(mkdtemp())
    register(shutil.rmtree, folder, ignore_errors=True)
    write_nasbench101(folder)
    write_nasbench201(folder, rows=18)
    tiny_estimator().save_pretrained(folder / "estimator")
    official.write_torch(folder / "official.pth", official.nasbench201())
    return folder


def label(folder: Path) -> Any:
    """Train three networks with two seeds."""
    widths = {"a22": 4, "z": 8, "t31": 16}
    networks = [tiny_network(f"hiaml:a22-a22-a22-{name}", width) for name, width in widths.items()]
    recipe = tiny_recipe(epochs=3)
    found = label_networks(
        networks, coloured_images(), recipe, folder, seeds=(0, 1), compute=Compute()
    )
    assert found.left == 0
    rows = pq.read_table(folder / "runs.parquet").drop_columns(["seconds"]).to_pylist()
    return [{**vars(one), "seconds": 0} for one in found.records], rows


def train(folder: Path) -> Any:
    """Pretrain an estimator of random cells."""
    with short_split():
        pretrain("nasbench101", folder, TINY, data_dir=_data())
    return {path.name: sha256_of(path) for path in folder.iterdir()}


def import_table(folder: Path) -> Any:
    """Import an official file."""
    path = import_official("nasbench201", _data() / "official.pth", folder).path
    names = [found.name for found in folder.iterdir()]
    return names, pq.read_table(path).drop_columns(["file", "sha256"]).to_pylist()


def search_family(folder: Path) -> Any:
    """Search a family by score."""
    found = search(NetworkCache(spaces.get("nasbench201")), _SEARCH, folder, Quality())
    return found, (folder / "journal.jsonl").read_text()


def guided_search(folder: Path) -> Any:
    """Search a family by true evaluations."""
    cache = NetworkCache(spaces.get("nasbench201"))
    found = search(
        cache, _SEARCH, folder, Quality(3.0), evaluate=true_quality, evaluations=6, per_round=2
    )
    return found, [path.read_text() for path in sorted(folder.rglob("journal.jsonl"))]


def proxies(folder: Path) -> Any:
    """Score a pool of networks by proxies."""
    pool = sample_pool("nasbench201", 6, resolution=8)
    wanted = ("parameters", "depth", "synflow")
    scores = score_pool(pool.space, pool.architectures, wanted, folder, batch_size=2)
    ranking = pq.read_table(folder / "ranking.parquet").to_pylist()
    return [scores.values(name).tolist() for name in wanted], ranking


def transfer_test(folder: Path) -> Any:
    """Judge an estimator on two small tables; plots are left out, which take the longest."""
    with pytest.MonkeyPatch.context() as patch, short_split():
        patch.setattr(room, "TABLES", ("nasbench101", "nasbench201"))
        patch.setattr(room, "add_plots", lambda report, **_: None)
        found = transfer(_data(), folder, estimator=_data() / "estimator", quick=True)
    assert not found.failures, found.failures
    return found.results.rows, pq.read_table(folder / "results.parquet").to_pylist()


WORK: dict[str, Callable[[Path], Any]] = {
    "label": label,
    "pretrain": train,
    "import": import_table,
    "search": search_family,
    "guided search": guided_search,
    "proxies": proxies,
    "transfer": transfer_test,
}


if __name__ == "__main__":
    print("begin", flush=True)
    WORK[sys.argv[1]](Path(sys.argv[2]))
    print("end", flush=True)
