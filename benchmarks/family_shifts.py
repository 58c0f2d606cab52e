"""Choose between recipes without another family's labels: shifts inside NAS-Bench-101.

One member is trained on a part of the family and judged on a part that differs from it:
cells with a max pool, then without; small networks, then large ones; seven vertices and
at least eight edges, then the rest.

Run: python benchmarks/family_shifts.py [--rows 4000]
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from gennape import benchmarks
from gennape.estimator import DEFAULT, EncoderView, EstimatorConfig
from gennape.estimator.calibration.label_transform import LabelTransform
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.clustered_predictor import embed_all, predict_all
from gennape.estimator.models.registry import graph_features
from gennape.estimator.training.stages import PredictorRun, TrainingSet, train_predictor
from gennape.evaluation.metrics import spearman
from gennape.utils.progress import no_progress

TESTED = 1_500
BASE = replace(DEFAULT, contrastive_epochs=0, clusters=1)
SETTINGS = {
    f"{label} label, {view.readout} readout, {'with' if view.paths else 'without'} paths": (
        replace(BASE, label=label, views=(view,))
    )
    for label in ("rank", "flops")
    for view in (
        EncoderView("sum", True),
        EncoderView("mean", True),
        EncoderView("sum", False),
        EncoderView("mean", False),
    )
}


def shifts(table: benchmarks.Benchmark, log_macs: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Name and source part of each shift, as a mask of the rows."""
    cells = table.architectures
    yield "max pool", np.array(["maxpool3x3" in cell.operations for cell in cells])
    yield "size", log_macs < np.median(log_macs)
    yield "shape", np.array([len(c.operations) == 5 and len(c.edges) >= 8 for c in cells])


def judged(
    config: EstimatorConfig, features: GraphFeatures, accuracies: np.ndarray, rows: list[np.ndarray]
) -> float:
    """Spearman on the second rows of a member trained on the first."""
    known, unknown = rows
    graphs, labels = features.take(known), accuracies[known]
    labels = np.maximum(labels, np.quantile(labels, config.floor_quantile))
    target = LabelTransform.fit(config.label, labels, graphs.log_macs)
    encoded = torch.from_numpy(target.apply(labels, graphs.log_macs).astype(np.float32))
    with tempfile.TemporaryDirectory() as folder:
        data = TrainingSet(
            ["nasbench101"],
            graphs,
            torch.empty(len(known), 0),
            encoded,
            torch.zeros(len(known), dtype=torch.int64),
        )
        run = PredictorRun(config, 0, Path(folder), "member", no_progress)
        member = train_predictor(config.views[0], data, run)
    tested = features.take(unknown)
    predicted = predict_all([member], target, tested, embed_all([member], tested))
    return spearman(accuracies[unknown], predicted[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=4_000, help="training rows")
    count = parser.parse_args().rows
    table = benchmarks.load("nasbench101")
    train = table.split.train
    features = graph_features(table.graphs(), BASE.encoder)
    splits = []
    rng = np.random.default_rng(0)
    for name, source in shifts(table, features.log_macs):
        parts = [train[mask[train]] for mask in (source, ~source)]
        known, unknown = (rng.permutation(part) for part in parts)
        splits.append((name, [known[:count], unknown[:TESTED]]))
    print("| recipe | " + " | ".join(name for name, _ in splits) + " | mean |")
    print("|---|" + "---:|" * (len(splits) + 1))
    for name, config in SETTINGS.items():
        values = [judged(config, features, table.accuracies, rows) for _, rows in splits]
        cells = " | ".join(f"{value:.3f}" for value in [*values, np.mean(values)])
        print(f"| {name} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
