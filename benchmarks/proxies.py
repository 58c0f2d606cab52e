"""Zero-cost proxies of labelled families, beside what was published for NAS-Bench-201.

The networks are the first of numpy's default_rng(0).permutation of each table's rows, with
PyTorch's initial weights of seed 0 and 16 images of CIFAR-10. A killed run goes on when the
script is started again; several processes may each do a part (--only).

Run: python benchmarks/proxies.py RUNS [--only nasbench201/forward] > docs/results/proxies.md
"""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from gennape.cli.progress import progress_bar
from gennape.proxies import Choice, PoolScores, choose_networks, score_pool

BATCH = 16
PARTS = {
    "graph": ("macs", "parameters", "depth", "receptive_field", "l2_norm"),
    "forward": ("synflow", "naswot", "swap", "swap_reg", "zen", "epsinas"),
    "backward": ("jacov", "epe_nas", "snip", "fisher", "grad_norm", "plain", "zico", "az_nas"),
    "hessian": ("grasp",),
}
FAMILIES = {  # networks and resolution
    "nasbench201": (500, 32),
    "nasbench101": (150, 32),
    "ofa_mobilenetv3": (150, 64),
    "accel_nasbench": (150, 64),
}
PUBLISHED = {
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


@dataclass(frozen=True)
class Row:
    """One proxy on one family."""

    values: np.ndarray
    missing: int
    milliseconds: float
    peak_bytes: int

    @classmethod
    def of(cls, scores: PoolScores, name: str) -> "Row":
        return cls(
            scores.values(name),
            scores.missing(name),
            scores.milliseconds(name),
            scores.peak_bytes(name),
        )


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


if __name__ == "__main__":
    main()
