"""Training set of an estimator: graphs of labelled families, spectra and transformed labels."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gennape.benchmarks import Benchmark
from gennape.estimator.calibration.label_transform import LabelTransform
from gennape.estimator.config import EstimatorConfig
from gennape.estimator.features.compute_graph import compute_graph
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.registry import ENCODERS
from gennape.graph import ComputationGraph, canonical_batches
from gennape.graph.spectrum import laplacian_eigenvalues
from gennape.utils.array_types import AnyArray, IntArray
from gennape.utils.files import atomic_file
from gennape.utils.progress import ProgressCallback

_SPECTRA = "spectra"


@dataclass(frozen=True)
class TrainingSet:
    """Graphs of one family or several, with their spectra and labels.

    Attributes:
        names: Names of the families.
        features: What the encoder reads.
        spectra: Laplacian eigenvalues, `(graphs, k)`.
        targets: Transformed labels, `(graphs,)`.
        families: The family of each graph, `(graphs,)`, int64, from 0.
    """

    names: list[str]
    features: GraphFeatures
    spectra: Tensor
    targets: Tensor
    families: Tensor

    def __len__(self) -> int:
        return len(self.features)

    @cached_property
    def family_rows(self) -> list[IntArray]:
        """Rows of each family."""
        families = self.families.numpy()
        return [np.flatnonzero(families == family) for family in range(families.max() + 1)]

    def order(self, rng: np.random.Generator) -> IntArray:
        """Draw the rows of one epoch, as many as there are.

        A family's share grows with the square root of its size, so that large families do
        not drown small ones; rows of small families come several times.
        """
        sizes = np.bincount(self.families.numpy())
        shares = np.sqrt(sizes) / np.sqrt(sizes).sum()
        counts = np.round(shares * len(self)).astype(np.int64)
        first = np.cumsum(sizes) - sizes
        rows = [
            start + _drawn(int(size), int(count), rng)
            for start, size, count in zip(first, sizes, counts, strict=True)
        ]
        return rng.permutation(np.concatenate(rows))


def _drawn(size: int, count: int, rng: np.random.Generator) -> IntArray:
    """`count` of `size` rows, all equally often but for the last round."""
    rounds = [rng.permutation(size) for _ in range(-(-count // size))]
    return np.concatenate(rounds)[:count]


def read_training_set(
    tables: list[Benchmark],
    config: EstimatorConfig,
    *,
    seed: int,
    folder: Path,
    report: ProgressCallback,
) -> tuple[TrainingSet, list[LabelTransform]]:
    """Read graphs, labels and the label transform of each family.

    Args:
        tables: One a family; their training rows are used.
        config: The recipe.
        seed: Of the choice of rows where a family has more than the recipe takes.
        folder: Where what was read of the graphs is kept, so that a killed run goes on.
        report: Told of the progress.
    """
    parts, spectra, labels, transforms = [], [], [], []
    for table in tables:
        rows = training_rows(table, config, seed)
        path = folder / f"{table.name}.npz"
        features, eigenvalues = _prepared(table.graphs(rows), len(rows), config, path, report)
        accuracies = table.accuracies[rows]
        accuracies = np.maximum(accuracies, np.quantile(accuracies, config.floor_quantile))
        transform = LabelTransform.fit(config.label, accuracies, features.log_macs)
        parts.append(features)
        spectra.append(eigenvalues)
        labels.append(transform.apply(accuracies, features.log_macs).astype(np.float32))
        transforms.append(transform)
    sizes = torch.tensor([len(part) for part in parts])
    data = TrainingSet(
        [table.name for table in tables],
        GraphFeatures.join(parts),
        torch.cat(spectra),
        torch.from_numpy(np.concatenate(labels)),
        torch.arange(len(parts)).repeat_interleave(sizes),
    )
    return data, transforms


def training_rows(table: Benchmark, config: EstimatorConfig, seed: int) -> npt.NDArray[np.int64]:
    """Return labelled training rows in file order, at most as many as the recipe takes."""
    rows = table.split.train
    rows = rows[np.isfinite(table.accuracies[rows])]
    if config.rows_per_family is None or len(rows) <= config.rows_per_family:
        return rows
    chosen = np.random.default_rng(seed).permutation(len(rows))[: config.rows_per_family]
    return rows[np.sort(chosen)]


def _prepared(
    graphs: Iterator[ComputationGraph],
    count: int,
    config: EstimatorConfig,
    path: Path,
    report: ProgressCallback,
) -> tuple[GraphFeatures, Tensor]:
    """Features and Laplacian eigenvalues of a family's graphs, computed once for a run."""
    columns = _kept(path, count)
    if columns is None:
        parts, spectra = [], []
        done = 0
        for batch in canonical_batches(graphs):
            parts.append(ENCODERS[config.encoder].features(batch))
            if config.contrastive_epochs:
                spectra.append(laplacian_eigenvalues(compute_graph(batch)))
            done += len(batch)
            report(f"reading {path.stem}", done, count)
        columns = GraphFeatures.join(parts).columns()
        columns[_SPECTRA] = np.concatenate(spectra or [np.zeros((count, 0))]).astype(np.float32)
        _keep(path, columns)
    eigenvalues = torch.from_numpy(columns.pop(_SPECTRA))
    return GraphFeatures(**columns), eigenvalues


def _keep(path: Path, columns: dict[str, Any]) -> None:
    """Write what was read of a family, with checksums."""
    with atomic_file(path) as partial, partial.open("wb") as file:
        np.savez(file, **columns)


def _kept(path: Path, count: int) -> dict[str, AnyArray] | None:
    """Read the columns of so many graphs; None if they are not there, not all, or damaged."""
    names = {_SPECTRA, *(field.name for field in fields(GraphFeatures))}
    try:
        with np.load(path, allow_pickle=False) as arrays:
            columns = {name: arrays[name] for name in names}
        return columns if len(columns[_SPECTRA]) == count else None
    except Exception:  # of damaged archives numpy raises errors of many types
        return None
