"""The whole recipe: from a labelled family to an estimator."""

import json
import os
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from gennape import benchmarks
from gennape.estimator.checkpoint import save
from gennape.estimator.config import DEFAULT, EstimatorConfig
from gennape.estimator.encoders import ENCODERS
from gennape.estimator.estimator import Estimator, assembled
from gennape.estimator.familiarity import Familiarity
from gennape.estimator.graph_features import GraphFeatures
from gennape.estimator.member import Member
from gennape.estimator.skeleton import skeleton
from gennape.estimator.stages import Run, TrainingSet, train_member
from gennape.estimator.targets import Target
from gennape.estimator.training import Report, no_report
from gennape.graph import ComputationGraph, GraphBatch, canonical
from gennape.graph.spectrum import laplacian_eigenvalues

_CHUNK = 256
_UNFINISHED = "unfinished"


def pretrain(
    data_dir: str | os.PathLike[str] | None,
    out_dir: str | os.PathLike[str],
    config: EstimatorConfig = DEFAULT,
    seed: int = 0,
    report: Report = no_report,
) -> Estimator:
    """Train on NAS-Bench-101's training rows.

    A killed run goes on where it was when it is started again with the same arguments.

    Args:
        data_dir: The data folder; the environment variable `GENNAPE_DATA` unless given.
        out_dir: Where the estimator is written, and the state of the run until then.
        config: The recipe.
        seed: The same seed gives the same estimator on the same machine.
        report: Told of the progress.

    Raises:
        BenchmarkError: The labelled table cannot be read.
        ValueError: `out_dir` holds an unfinished run with other arguments.
    """
    table = benchmarks.load("nasbench101", data_dir)
    rows = benchmarks.nasbench101_split(len(table)).train
    folder = Path(out_dir) / _UNFINISHED
    _claim(folder, {"config": config.to_json(), "seed": seed})
    features, spectra = _prepared(table.graphs(rows), len(rows), config, folder, report)
    accuracies = table.accuracies[rows]
    accuracies = np.maximum(accuracies, np.quantile(accuracies, config.floor_quantile))
    target = Target.fit(config.label, accuracies, features.log_macs)
    encoded = torch.from_numpy(target.encode(accuracies, features.log_macs).astype(np.float32))
    data = TrainingSet(features, spectra, encoded)
    estimator = _ensemble(data, target, config, seed, folder, report)
    save(estimator, Path(out_dir))
    shutil.rmtree(folder)
    return estimator


def _ensemble(
    data: TrainingSet,
    target: Target,
    config: EstimatorConfig,
    seed: int,
    folder: Path,
    report: Report,
) -> Estimator:
    """Train each member, and take its predictions for the training graphs as reference."""
    members = []
    for index, view in enumerate(config.views):
        torch.manual_seed(seed * 100 + index)
        member = Member(config, view)
        name = f"member {index + 1} of {len(config.views)}"
        train_member(member, data, Run(config, seed * 100 + index, folder, name, report))
        members.append(member)
    familiarity = Familiarity.of(data.features.kinds)
    return assembled(config, members, target, familiarity, data.features)


def _claim(folder: Path, arguments: dict[str, object]) -> None:
    """Make the folder of an unfinished run, or go on in that of the same run."""
    record = folder / "arguments.json"
    text = json.dumps(arguments, sort_keys=True)
    if record.exists() and record.read_text() != text:
        raise ValueError(
            f"{folder} holds an unfinished run with another config or seed; "
            "remove it or give another folder"
        )
    folder.mkdir(parents=True, exist_ok=True)
    record.write_text(text)


def _prepared(
    graphs: Iterator[ComputationGraph],
    count: int,
    config: EstimatorConfig,
    folder: Path,
    report: Report,
) -> tuple[GraphFeatures, torch.Tensor]:
    """Features and Laplacian eigenvalues of all graphs, computed once for a run."""
    path = folder / "features.safetensors"
    if not path.exists():
        parts, spectra = [], []
        while chunk := list(islice(graphs, _CHUNK)):
            batch = canonical(GraphBatch.of(chunk))
            parts.append(ENCODERS[config.encoder].features(batch))
            if config.contrastive_epochs:
                spectra.append(laplacian_eigenvalues(skeleton(batch)))
            report("reading graphs", min(len(parts) * _CHUNK, count), count)
        columns = GraphFeatures.join(parts).columns()
        columns["spectra"] = np.concatenate(spectra or [np.zeros((count, 0))]).astype(np.float32)
        partial = path.with_suffix(".partial")
        save_file(
            {name: torch.from_numpy(column).contiguous() for name, column in columns.items()},
            partial,
        )
        os.replace(partial, path)
    tensors = load_file(path)
    spectra_tensor = tensors.pop("spectra")
    return GraphFeatures(**{name: t.numpy() for name, t in tensors.items()}), spectra_tensor
