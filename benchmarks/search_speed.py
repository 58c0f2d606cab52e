"""How long a search of so many candidates takes in several families.

Processor time is that of all threads; it hardly depends on what else the machine does.

Run: python benchmarks/search_speed.py [CANDIDATES] > docs/results/search-speed.md
"""

import sys
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import gennape
from gennape import spaces
from gennape.search import ByEstimator, Catalogue, Settings, run

FAMILIES = ("nasbench101", "nasbench201", "hiaml", "two_path", "ofa_mobilenetv3", "mnasnet")
WARM_UP = 64


def row(scorer: ByEstimator, family: str, budget: int) -> str:
    catalogue = Catalogue(spaces.get(family))
    with TemporaryDirectory() as folder:
        start, busy = perf_counter(), process_time()
        found = run(catalogue, Settings("random", budget=budget), folder, scorer)
        seconds, busy = perf_counter() - start, process_time() - busy
    count = len(found.candidates)
    return f"| {family} | {count:,} | {seconds:.1f} | {busy:.1f} | {1000 * busy / count:.2f} |"


def main() -> None:
    budget = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    scorer = ByEstimator(gennape.load())
    row(scorer, FAMILIES[0], WARM_UP)
    print("| family | different networks | seconds | processor seconds | processor ms a network |")
    print("|---|---:|---:|---:|---:|")
    for family in FAMILIES:
        print(row(scorer, family, budget), flush=True)


if __name__ == "__main__":
    main()
