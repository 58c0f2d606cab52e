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
from gennape.utils.errors import plain, reading
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
    """Return why networks of a table could not be built, by their names.

    Raises:
        BenchmarkError: What is kept cannot be read.
    """
    return _failures(graphs_folder(sha256))


def _missing(folder: Path, networks: Sequence[ZooNetwork]) -> list[ZooNetwork]:
    """Return the networks that have neither a graph nor a reason why there is none."""
    known = {*_stored(folder).names, *_failures(folder)}
    return [network for network in networks if network.name not in known]


def _failures(folder: Path) -> dict[str, str]:
    path = folder / _FAILURES
    with reading(path, BenchmarkError, "failures of model_zoo", _cure(folder)):
        return {record["network"]: plain(record["error"]) for record in read_json_lines(path)[1:]}


def _stored(folder: Path) -> GraphBatch:
    path = folder / _GRAPHS
    if not path.exists():
        return GraphBatch.of([])
    try:
        return store.load(path)
    except store.StoreError as error:
        raise BenchmarkError(
            f"the kept graphs of model_zoo cannot be read; {_cure(folder)} ({error})"
        ) from error


def _cure(folder: Path) -> str:
    return f"delete {folder}, so that all graphs are built again"


def _part(path: Path, network: ZooNetwork) -> GraphBatch | None:
    """Read the graph of a network that a killed build has kept; None if it is not there."""
    try:
        part = store.load(path)
    except store.StoreError:
        return None
    return part if part.names == (network.name,) else None


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
    wanted = _missing(folder, networks)
    paths = {network: folder / _PARTS / f"{digest_of(network)}.parquet" for network in wanted}
    parts = {
        network: part
        for network, path in paths.items()
        if (part := _part(path, network)) is not None
    }
    missing = [network for network in wanted if network not in parts]
    results = run_isolated(
        build_network,
        missing,
        processes=processors(),
        seconds=SECONDS_PER_NETWORK,
    )
    known = len(networks) - len(missing)
    with closing(results):
        for done, result in enumerate(results, start=known + 1):
            network = missing[result.item]
            if result.error:
                workspace.append({"network": network.name, "error": result.error})
            else:
                store.save(result.value, paths[network])
                parts[network] = result.value
            progress("building graphs of model_zoo", done, len(networks), network.name)
    built = [parts[network] for network in wanted if network in parts]
    store.save(GraphBatch.join([_stored(folder), *built]), folder / _GRAPHS)
    shutil.rmtree(folder / _PARTS, ignore_errors=True)
