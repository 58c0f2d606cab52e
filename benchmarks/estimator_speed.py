"""How fast networks are scored: a pool of traced graphs, and one network from its name.

Run: python benchmarks/estimator_speed.py > docs/results/estimator-speed.md
"""

from statistics import median
from time import perf_counter

import numpy as np
import torch

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
    start = perf_counter()
    features = estimator.features(graphs)
    middle = perf_counter()
    predict_arrays(estimator, features)
    end = perf_counter()
    rates = [POOL / seconds for seconds in (middle - start, end - middle, end - start)]
    return f"| {family}, {POOL} graphs | " + " | ".join(f"{rate:,.0f}" for rate in rates) + " |"


def name_row(estimator: Estimator, name: str) -> str:
    times = []
    for _ in range(5):
        start = perf_counter()
        estimator.predict(name)
        times.append(perf_counter() - start)
    return f"| {name} | {times[0]:.2f} s | {median(times[1:]):.2f} s |"


def main() -> None:
    estimator = gennape.load()
    print(f"torch threads: {torch.get_num_threads()}\n")
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
