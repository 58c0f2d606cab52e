"""Draw measured accuracies of real networks beside MACs and beside what is expected.

Each of the networks is predicted without its family, its training taken for a typical one.

Run: GENNAPE_DATA=DIR python benchmarks/real_networks_plot.py docs/images/real-networks.png
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from zoo_left_out import LeftOutZoo
from zoo_tables import LARGEST, best_entries, rows_of

import gennape
from gennape import benchmarks
from gennape.estimator import DEFAULT
from gennape.estimator.features.statistics import STATISTICS
from gennape.estimator.models.accuracy_process import to_percent
from gennape.estimator.models.registry import ENCODERS
from gennape.estimator.training.measured_rows import measured_rows
from gennape.evaluation.metrics import spearman
from gennape.utils.progress import no_progress

COLORS = {"convolutional": "#1b7fb8", "with attention": "#e07b1a"}


def draw_panel(axes: Axes, x: np.ndarray, measured: np.ndarray, attends: np.ndarray) -> None:
    """One dot for each network, and the rank correlation of both axes."""
    for chosen, (kind, color) in zip((~attends, attends), COLORS.items(), strict=True):
        axes.scatter(
            x[chosen], measured[chosen], s=11, color=color, alpha=0.55, linewidth=0, label=kind
        )
    axes.text(0.04, 0.93, f"Spearman {spearman(x, measured):.2f}", transform=axes.transAxes)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def draw(zoo: LeftOutZoo, path: Path) -> None:
    """Both panels, written to `path`."""
    entries = best_entries(zoo, LARGEST)
    rows = rows_of(zoo, entries)
    statistics = zoo.rows.statistics[rows]
    attends = statistics[:, STATISTICS.index("count_matmul")] > 0
    measured = np.array([zoo.zoo.accuracies[entry] for entry in entries])
    expected = to_percent(zoo.composed(zoo.rows.families, knows_recipe=False)[rows])
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(8.4, 3.7), sharey=True, layout="constrained"
    )
    draw_panel(left, 10 ** zoo.sizes()["MACs"][rows] / 1e9, measured, attends)
    left.set(xscale="log", xlabel="MACs, billions", ylabel="measured top-1 on ImageNet, %")
    draw_panel(right, expected, measured, attends)
    ends = [expected.min(), expected.max()]
    right.plot(ends, ends, color="#888888", linewidth=0.8, zorder=0)
    right.set_xlabel("expected by gennape, family left out, %")
    right.legend(loc="lower right", frameon=False)
    figure.savefig(path, dpi=130)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("picture", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    zoo = benchmarks.load("model_zoo")
    rows = measured_rows(zoo, ENCODERS[DEFAULT.encoder].features, no_progress)
    draw(LeftOutZoo(zoo, rows, gennape.load().ranker), arguments.picture)


if __name__ == "__main__":
    main()
