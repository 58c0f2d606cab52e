"""The whole recipe: from labelled families to an estimator."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import torch

from gennape import benchmarks
from gennape.benchmarks.model_zoo import MODEL_ZOO, ModelZoo
from gennape.benchmarks.tables import locate
from gennape.estimator.calibration.domain_detector import DomainDetector, FamilyProfile
from gennape.estimator.calibration.label_transform import LabelTransform
from gennape.estimator.calibration.score_calibrator import ScoreCalibrator
from gennape.estimator.checkpoint import save
from gennape.estimator.config import DEFAULT, EstimatorConfig
from gennape.estimator.errors import EstimatorError
from gennape.estimator.estimator import Estimator
from gennape.estimator.models.clustered_predictor import ClusteredPredictor, embed_all, predict_all
from gennape.estimator.models.cross_family_ranker import CrossFamilyRanker, score_parts
from gennape.estimator.training.accuracy_training import with_accuracies
from gennape.estimator.training.earlier_states import unfinished_workspace
from gennape.estimator.training.ranker_training import train_ranker
from gennape.estimator.training.stages import PredictorRun, train_predictor
from gennape.estimator.training.training_set import TrainingSet, read_training_set, training_rows
from gennape.utils.files import sha256_of
from gennape.utils.progress import ProgressCallback, no_progress

_UNFINISHED = "unfinished"


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
        families: Names of labelled tables; their training rows are learned from. With
            `model_zoo` among them the estimator predicts accuracies.

    Raises:
        BenchmarkError: A labelled table cannot be read.
        EstimatorError: No family is given, or there are more clusters than networks.
        WorkspaceError: `out_dir` holds an unfinished run with other arguments or data, or one
            of another process.
    """
    if not families:
        raise EstimatorError(f"no family to train on; give some of {', '.join(benchmarks.names())}")
    tables = [benchmarks.load(family, data_dir) for family in families if family != MODEL_ZOO]
    zoo = benchmarks.load(MODEL_ZOO, data_dir) if MODEL_ZOO in families else None
    if not tables:
        raise EstimatorError(f"give a family beside {MODEL_ZOO}, such as nasbench101")
    folder = Path(out_dir) / _UNFINISHED
    digests = {name: sha256_of(locate(name, data_dir)) for name in families}
    arguments = {"config": config.to_json(), "seed": seed, "families": digests}
    with unfinished_workspace(folder, arguments), torch.random.fork_rng(devices=()):
        data, transforms = read_training_set(
            tables, config, seed=seed, folder=folder, report=report
        )
        if config.clusters > len(data):
            raise EstimatorError(f"{len(data)} networks are too few for {config.clusters} clusters")
        pooled = LabelTransform.pooled(transforms)
        estimator = _trained(data, pooled, config, seed=seed, folder=folder, report=report)
        if isinstance(zoo, ModelZoo):
            labels = [table.accuracies[training_rows(table, config, seed)] for table in tables]
            estimator = with_accuracies(estimator, zoo, data, labels, report)
        save(estimator, Path(out_dir))
    shutil.rmtree(folder)
    return estimator


def _trained(
    data: TrainingSet,
    label_transform: LabelTransform,
    config: EstimatorConfig,
    *,
    seed: int,
    folder: Path,
    report: ProgressCallback,
) -> Estimator:
    """Train predictors and, where there are several families, a ranker."""
    predictors = []
    for index, view in enumerate(config.views):
        name = f"predictor {index + 1} of {len(config.views)}"
        run = PredictorRun(config, seed * 100 + index, folder, name, report)
        predictors.append(train_predictor(view, data, run))
    ranker = train_ranker(data, config, seed, folder, report)
    return _assembled(config, predictors, ranker, label_transform, data)


def _assembled(
    config: EstimatorConfig,
    predictors: list[ClusteredPredictor],
    ranker: CrossFamilyRanker | None,
    label_transform: LabelTransform,
    data: TrainingSet,
) -> Estimator:
    """Build the estimator; the training networks are its reference population."""
    features = data.features
    embeddings = embed_all(predictors, features)
    profiles = [
        FamilyProfile.of(name, features.take(rows))
        for name, rows in zip(data.names, data.family_rows, strict=True)
    ]
    return Estimator(
        config=config,
        predictors=predictors,
        ranker=ranker,
        label_transform=label_transform,
        domain=DomainDetector(profiles),
        calibrator=ScoreCalibrator.fit(
            predictions=predict_all(predictors, label_transform, features, embeddings),
            parts=score_parts(ranker, features),
            families=data.families.numpy(),
            labels=data.targets.numpy(),
        ),
    )
