"""How long network files take to be read here, in another process, and from the cache.

Processor time of one thread, but for the start of a process, which is seconds by the clock.

Run: OMP_NUM_THREADS=1 python benchmarks/file_reading.py FILE...
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from gennape.frontends import graph_of
from gennape.frontends.file_reading import read_files
from gennape.frontends.graph_cache import GraphCache
from gennape.utils.files import sha256_of

REPEATS = 5


def seconds(action: Callable[[], object], clock: Callable[[], float] = process_time) -> float:
    """Median time of an action, after a first one."""
    action()
    times = []
    for _ in range(REPEATS):
        start = clock()
        action()
        times.append(clock() - start)
    return median(times)


def row(path: Path, cache: GraphCache) -> str:
    key, size = str(path), path.stat().st_size / 1e6
    cache.put(key, graph_of(path))
    times = [
        seconds(partial(graph_of, path)),
        seconds(partial(sha256_of, path)),
        seconds(partial(cache.get, key)),
        seconds(lambda: list(read_files(graph_of, [str(path)], workers=1)), perf_counter),
    ]
    return f"| {path.name} | {size:.0f} | {' | '.join(f'{time:.3f}' for time in times)} |"


def main() -> None:
    print(f"{os.cpu_count()} processors, on which {os.getloadavg()[0]:.1f} processes ran.\n")
    print("| file | MB | read here | digest | from the cache | in a new process, by the clock |")
    print("|---|---:|---:|---:|---:|---:|")
    with TemporaryDirectory() as folder:
        cache = GraphCache(Path(folder), megabytes=100)
        for name in sys.argv[1:]:
            print(row(Path(name), cache), flush=True)


if __name__ == "__main__":
    main()
