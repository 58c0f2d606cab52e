"""How fast networks are scored: a pool of traced graphs, and one network from its name.

Times are those of the processor, so that other work on the machine counts little.

Run: OMP_NUM_THREADS=1 python benchmarks/estimator_speed.py > docs/results/estimator-speed.md
"""

from statistics import median
from time import process_time

import numpy as np

import gennape
from gennape import spaces
from gennape.estimator import Estimator
from gennape.estimator.array_scoring import predict_arrays

POOL = 2_000
NAMES = ("timm:resnet18", "timm:mobilenetv3_small_100", "timm:convnext_tiny")


def pool_row(estimator: Estimator, family: str) -> str:
    space = spaces.get(family)
    rng = np.random.default_rng(0)
    graphs = [space.graph(space.sample(rng)) for _ in range(POOL)]
    start = process_time()
    features = estimator.features(graphs)
    middle = process_time()
    predict_arrays(estimator, features)
    end = process_time()
    rates = [POOL / seconds for seconds in (middle - start, end - middle, end - start)]
    return f"| {family}, {POOL} graphs | " + " | ".join(f"{rate:,.0f}" for rate in rates) + " |"


def name_row(estimator: Estimator, name: str) -> str:
    times = []
    for _ in range(5):
        start = process_time()
        estimator.predict(name)
        times.append(process_time() - start)
    return f"| {name} | {times[0]:.2f} s | {median(times[1:]):.2f} s |"


def main() -> None:
    estimator = gennape.load()
    print("| pool | canonical form and features, graphs/s | ensemble, graphs/s | both |")
    print("|---|---:|---:|---:|")
    for family in spaces.names():
        print(pool_row(estimator, family))
    print("\n| network, read and scored | first | again |")
    print("|---|---:|---:|")
    for name in NAMES:
        print(name_row(estimator, name))


if __name__ == "__main__":
    main()
