import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from zlib import crc32

import pytest
from hypothesis import settings

from gennape.utils.worker_pool import WorkerPool

# The tests' networks are small: more threads would wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A test reads files anew, and leaves nothing in the user's folders.
os.environ.setdefault("GENNAPE_GRAPH_CACHE_MB", "0")

# Properties are about results; how long an example takes depends on what else the machine does.
settings.register_profile("gennape", deadline=None)
settings.load_profile("gennape")

BESIDE_THE_REPOSITORY = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write tables as wide as they are, whatever the width that pytest tells its workers."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of the labelled data; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("GENNAPE_DATA", BESIDE_THE_REPOSITORY))
    if not folder.is_dir():
        pytest.skip(f"no labelled data in {folder}; set GENNAPE_DATA")
    return folder


@pytest.fixture
def pair() -> Iterator[WorkerPool]:
    """Two processes, both of them ready."""
    with WorkerPool(2, start_after=0) as processes:
        end = monotonic() + 120
        while not processes.is_ready():
            assert monotonic() < end, "the second process did not start"
            sleep(0.05)
        yield processes


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep part I of N of the slow tests where GENNAPE_SLOW_PART is I/N, the same in each run."""
    wanted = os.environ.get("GENNAPE_SLOW_PART")
    if wanted is None:
        return
    part, parts = map(int, wanted.split("/"))
    left_out = [
        item
        for item in items
        if item.get_closest_marker("slow") and crc32(item.nodeid.encode()) % parts != part
    ]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]
