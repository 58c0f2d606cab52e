"""How much processor time families take beside the previous release: built, ranked, searched.

Both releases take turns, each measurement in a process of its own, and the best of its turns
counts, so that whatever else the machine does falls on both alike. Everything runs in one process
and with one thread.

Run: OMP_NUM_THREADS=1 python benchmarks/beside_before.py --before PYTHON
PYTHON is the interpreter of an environment with the previous release.
"""

import argparse
import subprocess
import sys

BUILD = """
family, count = {family!r}, 1024
space = spaces.get(family)
rng = np.random.default_rng(0)
drawn = islice(space.enumerate(), 200_000, 200_000 + count) if family == "nasbench101" else (
    space.sample(rng) for _ in range(count))
architectures = list(drawn)
build = getattr(space, "graphs", lambda them: GraphBatch.of(map(space.graph, them)))
build(architectures[:8])
start = process_time()
build(architectures)
print((process_time() - start) / count)
"""
RANK = """
from gennape.evaluation import ranking
space, estimator = spaces.get("nasbench101"), gennape.load()
cells = list(space.enumerate())
places = range(0, len(cells) - 512, len(cells) // {chunks})
chunks = [cells[place : place + 512] for place in places]
ranking._predict(space, estimator, chunks[0])
start = process_time()
for chunk in chunks:
    ranking._predict(space, estimator, chunk)
print((process_time() - start) / sum(map(len, chunks)))
"""
SEARCH = """
from tempfile import TemporaryDirectory
from gennape.search import SearchSettings, search
estimator = gennape.load()
def found(budget, seed):
    with TemporaryDirectory() as folder:
        settings = SearchSettings({algorithm!r}, budget=budget, seed=seed)
        return len(search({family!r}, settings, folder, estimator).candidates)
found(256, 1)
start = process_time()
count = found(2000, 0)
print((process_time() - start) / count)
"""
COMMON = """
from itertools import islice
from time import process_time
import numpy as np
import gennape
from gennape import spaces
from gennape.graph import GraphBatch
"""
TASKS = {
    "build NAS-Bench-101, as enumerated": BUILD.format(family="nasbench101"),
    "build NAS-Bench-201": BUILD.format(family="nasbench201"),
    "build TransNAS micro": BUILD.format(family="transnas_micro"),
    "rank NAS-Bench-101, 4,096 cells of all sizes": RANK.format(chunks=8),
    "search NAS-Bench-201 at random, 2,000 networks": SEARCH.format(
        algorithm="random", family="nasbench201"
    ),
    "search NAS-Bench-101 by evolution, 2,000 networks": SEARCH.format(
        algorithm="evolution", family="nasbench101"
    ),
}


def milliseconds(python: str, task: str) -> float:
    """Of processor time a network."""
    done = subprocess.run([python, "-c", COMMON + task], check=True, capture_output=True, text=True)
    return 1000 * float(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", required=True, help="Python with the previous release")
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    print("| processor milliseconds a network | before | now | before / now |")
    print("|---|---:|---:|---:|")
    for name, task in TASKS.items():
        turns = [
            (milliseconds(arguments.before, task), milliseconds(sys.executable, task))
            for _ in range(arguments.turns)
        ]
        before, now = map(min, zip(*turns, strict=True))
        print(f"| {name} | {before:.3f} | {now:.3f} | {before / now:.2f} |", flush=True)


if __name__ == "__main__":
    main()
