"""The whole recipe: from labelled families to an estimator."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import torch

from gennape import benchmarks
from gennape.benchmarks.tables import locate
from gennape.estimator.checkpoint import save
from gennape.estimator.config import DEFAULT, EstimatorConfig
from gennape.estimator.estimator import Estimator
from gennape.estimator.familiarity import Familiarity, FamilyTraits
from gennape.estimator.generalists import Generalists, general_parts, train_generalists
from gennape.estimator.member import Member, embed_all, member_predictions
from gennape.estimator.reference import Reference
from gennape.estimator.stages import Run, train_member
from gennape.estimator.targets import Target
from gennape.estimator.training_set import TrainingSet, read_training_set
from gennape.utils.files import sha256_of
from gennape.utils.progress import ProgressCallback, no_progress
from gennape.utils.workspace import Workspace

_UNFINISHED = "unfinished"
_ARGUMENTS = "arguments.json"


def pretrain(
    data_dir: str | os.PathLike[str] | None,
    out_dir: str | os.PathLike[str],
    config: EstimatorConfig = DEFAULT,
    seed: int = 0,
    report: ProgressCallback = no_progress,
    families: Sequence[str] = ("nasbench101",),
) -> Estimator:
    """Train on labelled families.

    A killed run goes on where it was when it is started again with the same arguments.

    Args:
        data_dir: The data folder; the environment variable `GENNAPE_DATA` unless given.
        out_dir: Where the estimator is written, and the state of the run until then.
        config: The recipe.
        seed: The same seed gives the same estimator on the same machine.
        report: Told of the progress.
        families: Names of labelled tables; their training rows are learned from.

    Raises:
        BenchmarkError: A labelled table cannot be read.
        ValueError: No family is given, or there are more clusters than networks.
        WorkspaceError: `out_dir` holds an unfinished run with other arguments or data, or one
            of another process.
    """
    if not families:
        raise ValueError(f"no family to train on; give some of {', '.join(benchmarks.names())}")
    tables = [benchmarks.load(family, data_dir) for family in families]
    folder = Path(out_dir) / _UNFINISHED
    digests = {name: sha256_of(locate(name, data_dir)) for name in families}
    arguments = {"config": config.to_json(), "seed": seed, "families": digests}
    with Workspace(folder, arguments, _ARGUMENTS), torch.random.fork_rng(devices=()):
        data, targets = read_training_set(tables, config, seed, folder, report)
        if config.clusters > len(data):
            raise ValueError(f"{len(data)} networks are too few for {config.clusters} clusters")
        estimator = _trained(data, Target.pooled(targets), config, seed, folder, report)
        save(estimator, Path(out_dir))
    shutil.rmtree(folder)
    return estimator


def _trained(
    data: TrainingSet,
    target: Target,
    config: EstimatorConfig,
    seed: int,
    folder: Path,
    report: ProgressCallback,
) -> Estimator:
    """Train members and, where there are several families, generalists."""
    runs = [
        Run(
            config, seed * 100 + index, folder, f"member {index + 1} of {len(config.views)}", report
        )
        for index in range(len(config.views))
    ]
    members = []
    for view, run in zip(config.views, runs, strict=True):
        torch.manual_seed(run.seed)
        members.append(Member(config, view))
        train_member(members[-1], data, run)
    generalists = train_generalists(data, config, seed, folder, report)
    return _assembled(config, members, generalists, target, data)


def _assembled(
    config: EstimatorConfig,
    members: list[Member],
    generalists: Generalists | None,
    target: Target,
    data: TrainingSet,
) -> Estimator:
    """The estimator; the training networks are its reference population."""
    features = data.features
    predictions = member_predictions(members, target, features, embed_all(members, features))
    parts = general_parts(generalists, features)
    labels = data.targets.numpy()
    reference = Reference.of(predictions, parts, data.families.numpy(), labels)
    traits = [
        FamilyTraits.of(name, features.take(rows))
        for name, rows in zip(data.names, data.family_rows, strict=True)
    ]
    return Estimator(config, members, generalists, target, Familiarity(traits), reference)
