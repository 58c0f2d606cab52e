"""The whole recipe: from labelled families to an estimator."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from gennape import benchmarks
from gennape.benchmarks.benchmark import Benchmark
from gennape.benchmarks.labelled_graphs import labelled_graphs
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
from gennape.frontends.network_list import Networks
from gennape.graph import fingerprints
from gennape.utils.files import digest_of, sha256_of
from gennape.utils.progress import ProgressCallback, no_progress

LabelledNetworks = tuple[Networks, Any]
"""Networks in any form, and a label of each."""
_UNFINISHED = "unfinished"


def pretrain(
    families: str | Sequence[str] | Mapping[str, LabelledNetworks],
    out_dir: str | os.PathLike[str] | None = None,
    config: EstimatorConfig = DEFAULT,
    seed: int = 0,
    report: ProgressCallback = no_progress,
    *,
    data_dir: str | os.PathLike[str] | None = None,
) -> Estimator:
    """Train on labelled families: one's own in memory, or tables of the data folder.

    A killed run goes on where it was when it is started again with the same arguments.

    Args:
        families: Networks and their labels by the family's name, `{"mine": (graphs, labels)}`;
            or names of labelled tables, whose training rows are learned from. With `model_zoo`
            among them the estimator predicts accuracies.
        out_dir: Where the estimator is written, and the state of the run until then; nothing is
            kept unless given.
        config: The recipe.
        seed: The same seed gives the same estimator on the same machine.
        report: Told of the progress.
        data_dir: The data folder; the environment variable `GENNAPE_DATA` unless given.

    Raises:
        BenchmarkError: A labelled table cannot be read, or labels are no numbers.
        EstimatorError: No family is given, or there are more clusters than networks.
        FrontendError: A network cannot be read.
        WorkspaceError: `out_dir` holds an unfinished run with other arguments or data, or one
            of another process.

    Examples:
        >>> from dataclasses import replace
        >>> import gennape
        >>> cells = ["hiaml:" + stages for stages in ("a22-t31-a22-z", "z-z-z-z", "g30-a22-z-a22")]
        >>> quick = replace(gennape.estimator.DEFAULT, clusters=2, epochs=1, head_epochs=1)
        >>> mine = gennape.pretrain({"mine": (cells, [61.2, 64.9, 63.0])}, config=quick)
        >>> mine.domain.names, len(mine.predict(cells))
        (['mine'], 3)
    """
    data = _TrainingTables.of(families, data_dir)
    if out_dir is not None:
        return _pretrain(data, Path(out_dir), config, seed, report)
    with TemporaryDirectory() as folder:
        return _pretrain(data, Path(folder), config, seed, report)


@dataclass(frozen=True)
class _TrainingTables:
    """Labelled families, the digest of each, and the table of real networks if it is wanted."""

    tables: list[Benchmark]
    digests: dict[str, str]
    zoo: ModelZoo | None

    @classmethod
    def of(
        cls,
        families: str | Sequence[str] | Mapping[str, LabelledNetworks],
        data_dir: str | os.PathLike[str] | None,
    ) -> "_TrainingTables":
        if not families:
            known = ", ".join(benchmarks.names())
            raise EstimatorError(f"no family to train on; give your own, or some of {known}")
        if isinstance(families, Mapping):
            return cls._in_memory(families)
        names = [families] if isinstance(families, str) else families
        tables = [benchmarks.load(name, data_dir) for name in names if name != MODEL_ZOO]
        zoo = benchmarks.load(MODEL_ZOO, data_dir) if MODEL_ZOO in names else None
        if not tables:
            raise EstimatorError(f"give a family beside {MODEL_ZOO}, such as nasbench101")
        digests = {name: sha256_of(locate(name, data_dir)) for name in names}
        return cls(tables, digests, zoo if isinstance(zoo, ModelZoo) else None)

    @classmethod
    def _in_memory(cls, families: Mapping[str, LabelledNetworks]) -> "_TrainingTables":
        tables: list[Benchmark] = []
        digests = {}
        for name, (networks, labels) in families.items():
            if not name.replace("-", "_").isidentifier():
                raise EstimatorError(f"{name!r} is no name of a family; give a word such as mine")
            table = labelled_graphs(name, networks, labels)
            tables.append(table)
            digests[name] = digest_of([fingerprints(table.graphs()), table.accuracies.tolist()])
        return cls(tables, digests, None)


def _pretrain(
    given: _TrainingTables,
    out: Path,
    config: EstimatorConfig,
    seed: int,
    report: ProgressCallback,
) -> Estimator:
    """Train into a folder."""
    tables, folder = given.tables, out / _UNFINISHED
    arguments = {"config": config.to_json(), "seed": seed, "families": given.digests}
    with unfinished_workspace(folder, arguments), torch.random.fork_rng(devices=()):
        data, transforms = read_training_set(
            tables, config, seed=seed, folder=folder, report=report
        )
        if config.clusters > len(data):
            raise EstimatorError(f"{len(data)} networks are too few for {config.clusters} clusters")
        pooled = LabelTransform.pooled(transforms)
        estimator = _trained(data, pooled, config, seed=seed, folder=folder, report=report)
        if given.zoo is not None:
            labels = [table.accuracies[training_rows(table, config, seed)] for table in tables]
            estimator = with_accuracies(estimator, given.zoo, data, labels, report)
        save(estimator, out)
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
