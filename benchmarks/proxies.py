"""Zero-cost proxies of labelled families, beside what was published for NAS-Bench-201.

The networks are the first of numpy's default_rng(0).permutation of each table's rows, with
PyTorch's initial weights of seed 0 and 16 images of CIFAR-10. A killed run goes on when the
script is started again; several processes may each do a part. Without --only nothing is
computed: the parts that are finished are printed as Markdown tables.

Run: python benchmarks/proxies.py RUNS --only nasbench201/forward, and so on for each part;
then python benchmarks/proxies.py RUNS
"""

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from gennape.cli.progress import progress_bar
from gennape.proxies import Choice, PoolScores, choose_networks, score_pool

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
PUBLISHED = {  # Spearman on all of NAS-Bench-201, CIFAR-10
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
}
HEADINGS = ("proxy", "networks", "Spearman", "published", "missing", "ms", "MB")


@dataclass(frozen=True)
class Row:
    """One proxy on one family."""

    proxy: str
    networks: int
    spearman: float | None
    missing: int
    milliseconds: float
    peak_bytes: int

    def cells(self, family: str) -> Iterator[str]:
        yield self.proxy
        yield str(self.networks)
        yield "-" if self.spearman is None else f"{self.spearman:.3f}"
        published = family == "nasbench201" and self.proxy in PUBLISHED
        yield f"{PUBLISHED[self.proxy]:.3f}" if published else ""
        yield str(self.missing)
        yield f"{self.milliseconds:.1f}"
        yield f"{self.peak_bytes / 1e6:.1f}"


def scored(family: str, part: str, runs: Path, data: str) -> tuple[Choice, PoolScores]:
    count, resolution = FAMILIES[family]
    choice = choose_networks(family, count, resolution=resolution, labelled=data)
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


def finished(family: str, runs: Path) -> Iterator[str]:
    """Parts whose table is written, which is the last thing that a part does."""
    return (part for part in PARTS if (runs / family / part / "scores.parquet").is_file())


def rows(family: str, runs: Path, data: str) -> list[Row]:
    """Proxies of the finished parts, the best first."""
    found: dict[str, Row] = {}
    for part in finished(family, runs):
        choice, scores = scored(family, part, runs, data)
        assert choice.accuracies is not None
        for name, spearman in scores.agreement(choice.accuracies).items():
            cost = scores.milliseconds(name), scores.peak_bytes(name)
            row = Row(name, len(scores.architectures), spearman, scores.missing(name), *cost)
            found.setdefault(name, row)  # MACs are a part of az_nas, too
    return sorted(found.values(), key=lambda row: row.spearman or 0.0, reverse=True)


def print_table(family: str, found: list[Row]) -> None:
    print(f"\n## {family}, {FAMILIES[family][1]} pixels\n")
    print(f"| {' | '.join(HEADINGS)} |")
    print("|---|" + "---:|" * (len(HEADINGS) - 1))
    for row in found:
        print(f"| {' | '.join(row.cells(family))} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--only", help="a family and a part, such as nasbench201/forward")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    data = os.environ["GENNAPE_DATA"]
    if arguments.only:
        scored(*arguments.only.split("/"), arguments.runs, data)
        return
    for family in FAMILIES:
        if found := rows(family, arguments.runs, data):
            print_table(family, found)


if __name__ == "__main__":
    main()
