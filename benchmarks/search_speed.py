"""How long a search takes in every family, and how many networks a second are scored.

A search is ageing evolution by the score of the bundled estimator, in as many processes as there
are processors; it ends early where it finds no further networks. Processor time is that of all
processes with the start of each, and hardly depends on what else the machine does.

Run: OMP_NUM_THREADS=1 python benchmarks/search_speed.py [CANDIDATES]
"""

import os
import sys
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import gennape
from gennape import spaces
from gennape.estimator import Estimator
from gennape.search import (
    EstimatorScorer,
    NetworkCache,
    SearchResult,
    SearchSettings,
    WorkerPool,
    search,
)
from gennape.utils.processes import processors

PROCESSORS = processors()
RATED = 2_000
WARM_UP = 256


def searched(
    estimator: Estimator, family: str, settings: SearchSettings, pool: WorkerPool
) -> tuple[SearchResult, float]:
    """What a search finds, and in how many seconds."""
    cache = NetworkCache(spaces.get(family), pool=pool)
    with TemporaryDirectory() as folder:
        start = perf_counter()
        found = search(cache, settings, folder, EstimatorScorer(estimator, pool))
        return found, perf_counter() - start


def processor_seconds() -> float:
    """Of this process and of those that it has ended."""
    spent = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


def family_row(estimator: Estimator, family: str, budget: int) -> str:
    before = processor_seconds()
    with WorkerPool(PROCESSORS) as pool:
        found, seconds = searched(estimator, family, SearchSettings(budget=budget), pool)
    spent = processor_seconds() - before
    count = len(found.candidates)
    return (
        f"| {family} | {count:,} | {seconds:.0f} | {count / seconds:.0f} | {spent:.0f} "
        f"| {1000 * spent / count:.1f} |"
    )


def rate_row(estimator: Estimator, family: str, processes: int) -> str:
    """Random search with all processes started beforehand."""
    with WorkerPool(processes, start_after=0) as pool:
        while processes > 1 and not pool.is_ready():
            sleep(0.1)
        searched(estimator, family, SearchSettings("random", budget=WARM_UP, seed=1), pool)
        found, seconds = searched(estimator, family, SearchSettings("random", budget=RATED), pool)
    return f"| {processes} | {len(found.candidates):,} | {seconds:.2f} | {RATED / seconds:.0f} |"


def main() -> None:
    budget = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    estimator = gennape.load()
    load = os.getloadavg()[0]
    print(f"{PROCESSORS} processors, on which {load:.1f} processes ran already.\n")
    print("| processes | different networks | seconds | networks a second |")
    print("|---:|---:|---:|---:|")
    for processes in sorted({1, PROCESSORS}):
        print(rate_row(estimator, "nasbench201", processes), flush=True)
    print()
    print(
        "| family | different networks | seconds | networks a second | processor seconds "
        "| processor ms a network |"
    )
    print("|---|---:|---:|---:|---:|---:|")
    for family in spaces.names():
        print(family_row(estimator, family, budget), flush=True)


if __name__ == "__main__":
    main()
