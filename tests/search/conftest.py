from collections.abc import Iterator
from time import monotonic, sleep

import pytest

from gennape.search import Pool, pool


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """Two processes, both of them ready."""
    monkeypatch.setattr(pool, "_WORTH_STARTING", 1)
    with Pool(2) as processes:
        processes.map(abs, [0])
        end = monotonic() + 120
        while processes.ready < 2:
            assert monotonic() < end, "the second process did not start"
            sleep(0.05)
        yield processes
