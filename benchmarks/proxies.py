"""Zero-cost proxies of labelled families, beside what was published for NAS-Bench-201.

The networks are the first of numpy's default_rng(0).permutation of each table's rows, with
PyTorch's initial weights of seed 0 and 16 images of CIFAR-10. A killed run goes on when the
script is started again; several processes may each do a part. Without --only nothing is
computed: the parts that are finished are printed as Markdown tables, among them the rank vote
over all proxies and, with --correlations, how far they agree with one another. Milliseconds
are those of --timings, runs of a few networks (--count) while nothing else computes.

Run: python benchmarks/proxies.py RUNS --only nasbench201/forward, and so on for each part;
python benchmarks/proxies.py TIMINGS --only nasbench201/forward --count 10, and so on;
then python benchmarks/proxies.py RUNS --timings TIMINGS
"""

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import torch

from gennape.cli.progress import progress_bar
from gennape.proxies import (
    PoolScores,
    ProxyPool,
    rank_correlations,
    rank_vote,
    sample_pool,
    score_pool,
)
from gennape.proxies.registry import VOTES

Array = npt.NDArray[np.float64]

BATCH = 16
PARTS = {
    "graph": ("macs", "parameters", "depth", "receptive_field", "l2_norm"),
    "forward": ("synflow", "naswot", "swap", "swap_reg", "zen"),
    "backward": ("jacov", "epe_nas", "snip", "fisher", "grad_norm", "plain", "zico", "az_nas"),
    "hessian": ("grasp",),
    "float64": ("epsinas",),
}
FAMILIES = {  # networks and resolution
    "nasbench201": (500, 32),
    "nasbench101": (150, 16),
    "ofa_mobilenetv3": (150, 64),
    "accel_nasbench": (150, 64),
}
PUBLISHED = {  # Spearman on all of NAS-Bench-201, CIFAR-10: tables of AZ-NAS and SWAP-NAS ...
    "az_nas": 0.913,
    "swap": 0.810,
    "zico": 0.784,
    "synflow": 0.769,
    "parameters": 0.751,
    "naswot": 0.743,
    "macs": 0.733,
    "snip": 0.614,
    "grasp": 0.460,
    "zen": 0.365,
    # ... and the notebook of SamsungLabs/zero-cost-nas, for those that are in neither
    "jacov": 0.731,
    "grad_norm": 0.594,
    "fisher": 0.360,
}
HEADINGS = ("proxy", "networks", "Spearman", "published", "missing", "ms", "MB")


@dataclass(frozen=True)
class Proxies:
    """What is finished of one family.

    Attributes:
        accuracies: Of each network.
        values: Of each proxy and vote by name; minus infinity where missing.
        costs: How many values are missing, median milliseconds, the most bytes.
    """

    accuracies: Array
    values: dict[str, Array]
    costs: dict[str, tuple[int, float, int]]

    def spearman(self, name: str) -> float:
        pair = rank_correlations({"proxy": self.values[name], "accuracy": self.accuracies})
        return pair["proxy"]["accuracy"] or 0.0

    def best_first(self) -> list[str]:
        return sorted(self.values, key=self.spearman, reverse=True)


def scored(
    family: str, part: str, runs: Path, data: str, count: int | None = None
) -> tuple[ProxyPool, PoolScores]:
    """The proxies of a part, of the family's first networks; by default of all in the table."""
    in_table, resolution = FAMILIES[family]
    choice = sample_pool(family, count or in_table, resolution=resolution, labelled=data)
    with progress_bar() as report:
        scores = score_pool(
            choice.space,
            choice.architectures,
            PARTS[part],
            runs / family / part,
            data,
            BATCH,
            report=report,
        )
    return choice, scores


def timed_scores(family: str, part: str, timings: Path, data: str) -> PoolScores | None:
    """The proxies of a part of as many networks as were timed; none where none was."""
    table = timings / family / part / "scores.parquet"
    if not table.is_file():
        return None
    networks = set(pq.read_table(table, columns=["architecture"])["architecture"].to_pylist())
    return scored(family, part, timings, data, len(networks))[1]


def finished(family: str, runs: Path, timings: Path, data: str) -> Proxies | None:
    """The parts whose table is written, which is the last thing that a part does."""
    parts = [part for part in PARTS if (runs / family / part / "scores.parquet").is_file()]
    if not parts:
        return None
    values: dict[str, Array] = {}
    costs = {}
    for part in parts:
        choice, scores = scored(family, part, runs, data)
        timed = timed_scores(family, part, timings, data) or scores
        for name in scores.proxies:
            values[name] = scores.values(name)
            cost = timed.milliseconds(name), scores.peak_bytes(name)
            costs[name] = scores.missing(name), *cost
    values["vote"] = rank_vote([values[name] for name in values if name not in VOTES])
    assert choice.accuracies is not None
    return Proxies(choice.accuracies, values, costs)


def cells(family: str, name: str, found: Proxies) -> Iterator[str]:
    """One row of a family's table."""
    yield name
    yield str(len(found.accuracies))
    yield f"{found.spearman(name):.3f}"
    yield f"{PUBLISHED[name]:.3f}" if family == "nasbench201" and name in PUBLISHED else ""
    if name not in found.costs:  # the vote over all
        yield from ("0", "", "")
        return
    missing, milliseconds, peak_bytes = found.costs[name]
    yield from (str(missing), f"{milliseconds:.1f}", f"{peak_bytes / 1e6:.1f}")


def print_table(family: str, found: Proxies) -> None:
    print(f"\n## {family}, {FAMILIES[family][1]} pixels\n")
    print(f"| {' | '.join(HEADINGS)} |")
    print("|---|" + "---:|" * (len(HEADINGS) - 1))
    for name in found.best_first():
        print(f"| {' | '.join(cells(family, name, found))} |")


def print_correlations(family: str, found: Proxies) -> None:
    names = found.best_first()
    correlations = rank_correlations({name: found.values[name] for name in names})
    print(f"\n## Mutual correlations, {family}\n")
    print(f"| | {' | '.join(names)} |")
    print("|---|" + "---:|" * len(names))
    for name in names:
        row = [f"{correlations[name][other] or 0.0:.2f}" for other in names]
        print(f"| {name} | {' | '.join(row)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--only", help="a family and a part, such as nasbench201/forward")
    parser.add_argument("--count", type=int, help="of networks, the table's unless given")
    parser.add_argument("--timings", type=Path, help="runs whose milliseconds are printed")
    parser.add_argument("--correlations", action="store_true", help="of proxies with one another")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    data = os.environ["GENNAPE_DATA"]
    if arguments.only:
        scored(*arguments.only.split("/"), arguments.runs, data, arguments.count)
        return
    for family in FAMILIES:
        if found := finished(family, arguments.runs, arguments.timings or arguments.runs, data):
            print_table(family, found)
            if arguments.correlations:
                print_correlations(family, found)


if __name__ == "__main__":
    main()
