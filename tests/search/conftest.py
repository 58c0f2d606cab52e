from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest

from gennape.graph import ComputationGraph, GraphBuilder
from gennape.utils.worker_pool import WorkerPool


@pytest.fixture
def pair() -> Iterator[WorkerPool]:
    """Two processes, both of them ready."""
    with WorkerPool(2, start_after=0) as processes:
        end = monotonic() + 120
        while not processes.is_ready():
            assert monotonic() < end, "the second process did not start"
            sleep(0.05)
        yield processes


@pytest.fixture
def two_branches() -> Callable[[tuple[int, int]], ComputationGraph]:
    """Makes a network of two convolutions side by side, written down in the given order."""

    def build(kernels: tuple[int, int]) -> ComputationGraph:
        builder = GraphBuilder()
        x = builder.input((3, 16, 16))
        branches = [builder.conv(x, 8, kernel=kernel) for kernel in kernels]
        builder.output(builder.add(*branches))
        return builder.build()

    return build
