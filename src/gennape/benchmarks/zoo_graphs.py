"""The graphs of the model zoo, built once and kept in the cache.

A folder of `cache_folder()` belongs to one table: its name holds the table's sha256, the version
of the hash and that of the graph store. In it are `graphs.parquet`, a graph store, and
`failures.jsonl`, which says of each network that is not there why it could not be built. While
they are built, `parts` holds one graph store a network, so that a killed build goes on. A changed
canonical pass changes none of them: then the folder is to be deleted.
"""

import shutil
from collections.abc import Sequence
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from gennape.benchmarks.benchmark import BenchmarkError
from gennape.benchmarks.zoo_networks import LIBRARIES, ZooNetwork, build_network
from gennape.graph import GraphBatch, store
from gennape.graph.hashing import HASH_VERSION
from gennape.utils.cache import cache_folder, require_writable
from gennape.utils.files import digest_of, read_json_lines
from gennape.utils.isolated import run_isolated
from gennape.utils.optional_imports import MissingExtraError
from gennape.utils.processes import processors
from gennape.utils.progress import ProgressCallback
from gennape.utils.workspace import Workspace

SECONDS_PER_NETWORK = 90
_GRAPHS, _FAILURES, _PARTS = "graphs.parquet", "failures.jsonl", "parts"


def graphs_folder(sha256: str) -> Path:
    """Return where the graphs of a table are kept.

    Args:
        sha256: Of the table's file.
    """
    versions = f"hash{HASH_VERSION}-store{store.FORMAT_VERSION}"
    return cache_folder() / f"model_zoo-{sha256[:16]}-{versions}"


def load_zoo_graphs(
    networks: Sequence[ZooNetwork], sha256: str, progress: ProgressCallback
) -> GraphBatch:
    """Read canonical graphs of networks from the cache; those that are not there are built.

    Args:
        networks: The networks of a table, each once.
        sha256: Of the table's file.
        progress: Told how many are built.

    Returns:
        A graph for each network that can be built, with the network's name.

    Raises:
        BenchmarkError: What is kept cannot be read.
        CacheError: The cache cannot be written, and graphs are missing there.
        MissingExtraError: A package of the networks is not installed.
    """
    folder = graphs_folder(sha256)
    if _missing(folder, networks):
        _require_libraries(networks)
        require_writable(folder)
        with Workspace(folder, {"table": sha256}, _FAILURES, wait=True) as workspace:
            _build(workspace, networks, progress)
    return _stored(folder)


def failures(sha256: str) -> dict[str, str]:
    """Return why networks of a table could not be built, by their names."""
    records = read_json_lines(graphs_folder(sha256) / _FAILURES)[1:]
    return {record["network"]: record["error"] for record in records}


def _missing(folder: Path, networks: Sequence[ZooNetwork]) -> list[ZooNetwork]:
    """Return the networks that have neither a graph nor a reason why there is none."""
    records = read_json_lines(folder / _FAILURES)[1:]
    known = {*_stored(folder).names, *(record["network"] for record in records)}
    return [network for network in networks if network.name not in known]


def _stored(folder: Path) -> GraphBatch:
    path = folder / _GRAPHS
    if not path.exists():
        return GraphBatch.of([])
    try:
        return store.load(path)
    except store.StoreError as error:
        raise BenchmarkError(
            f"the kept graphs of model_zoo cannot be read; delete {folder}, so that they are "
            f"built again ({error})"
        ) from error


def _require_libraries(networks: Sequence[ZooNetwork]) -> None:
    sources = {network.loader.partition(":")[0] for network in networks}
    absent = [name for name in LIBRARIES if name in sources and find_spec(name) is None]
    if absent:
        raise MissingExtraError(
            f"the graphs of model_zoo need {' and '.join(absent)}: pip install 'gennape[zoo]'"
        )


def _build(
    workspace: Workspace, networks: Sequence[ZooNetwork], progress: ProgressCallback
) -> None:
    """Build what is missing in other processes, and write all graphs to one file."""
    folder = workspace.folder
    paths = {network: folder / _PARTS / f"{digest_of(network)}.parquet" for network in networks}
    missing = [network for network in _missing(folder, networks) if not paths[network].exists()]
    tasks = [network._asdict() | {"path": str(paths[network])} for network in missing]
    results = run_isolated(
        build_network,
        tasks,
        processes=processors(),
        seconds=SECONDS_PER_NETWORK,
    )
    known = len(networks) - len(missing)
    with closing(results):
        for done, result in enumerate(results, start=known + 1):
            name = missing[result.item].name
            if result.error:
                workspace.append({"network": name, "error": result.error})
            progress("building graphs of model_zoo", done, len(networks), name)
    parts = [store.load(path) for path in paths.values() if path.exists()]
    batch = GraphBatch.join([_stored(folder), *parts])
    workspace.write(_GRAPHS, lambda partial: store.save(batch, partial))
    shutil.rmtree(folder / _PARTS, ignore_errors=True)
