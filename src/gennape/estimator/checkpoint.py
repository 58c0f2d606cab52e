"""Estimators on disk: a folder with weights in safetensors and the rest in JSON."""

import json
import os
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from safetensors.numpy import save as to_bytes

from gennape.estimator.calibration.domain_detector import DomainDetector, FamilyProfile
from gennape.estimator.calibration.label_transform import LabelTransform
from gennape.estimator.calibration.score_calibrator import ScoreCalibrator
from gennape.estimator.config import EstimatorConfig
from gennape.estimator.earlier_versions import READABLE, current_description, current_weights
from gennape.estimator.estimator import Estimator
from gennape.estimator.few_shot.few_shot_gp import FewShotGP
from gennape.estimator.models.accuracy_storage import (
    accuracy_arrays,
    accuracy_model_of,
    accuracy_names,
)
from gennape.estimator.models.clustered_predictor import ClusteredPredictor
from gennape.estimator.models.cross_family_ranker import (
    SCORE_PARTS,
    CrossFamilyRanker,
    ResidualEncoder,
)
from gennape.estimator.models.moment_regression import MomentRegression
from gennape.estimator.models.registry import ENCODERS
from gennape.estimator.models.stored_arrays import StoredArrays, named
from gennape.estimator.stored_values import StoredValues
from gennape.utils.array_types import AnyArray
from gennape.utils.errors import GennapeError, reading
from gennape.utils.files import atomic_file, refuse_special

FORMAT_VERSION = 4
_PARTS = (
    *("format_version", "config", "label_transform", "ranker_encoders"),
    *("families", "calibrator", "measured"),
)
_MOST_FAMILIES = 10_000
WEIGHTS = "weights.safetensors"
DESCRIPTION = "estimator.json"
DEFAULT_NAME = "all-families"
_PREDICTOR, _ENCODER = "predictor", "ranker"
_MOMENTS, _FEW_SHOT, _ACCURACY = "moments", "few_shot", "accuracy"
_CURE = "give the folder of an estimator, or train or download it again"


class CheckpointError(GennapeError, ValueError):
    """A checkpoint that cannot be used; the message names it and the cure."""


def save(estimator: Estimator, folder: Path) -> None:
    """Write `weights.safetensors` and `estimator.json` into `folder`, made if needed.

    Neither is replaced before both are whole.

    Raises:
        WriteError: The operating system does not let them be written.
    """
    description = {
        "format_version": FORMAT_VERSION,
        "config": estimator.config.to_json(),
        "label_transform": asdict(estimator.label_transform),
        "ranker_encoders": len(estimator.ranker.encoders) if estimator.ranker else 0,
        "families": [profile.to_json() for profile in estimator.domain.families],
        "calibrator": estimator.calibrator.to_json(),
        "measured": accuracy_names(estimator.accuracy) if estimator.accuracy else None,
    }
    text = json.dumps(description, indent=1) + "\n"
    weights = to_bytes(_weights(estimator))
    with (
        atomic_file(folder / WEIGHTS) as weights_path,
        atomic_file(folder / DESCRIPTION) as description_path,
    ):
        weights_path.write_bytes(weights)
        description_path.write_text(text, encoding="utf-8")


def load(path_or_name: str | os.PathLike[str] | None = None) -> Estimator:
    """Load an estimator.

    Args:
        path_or_name: A folder that `Estimator.save_pretrained` wrote, or the name of a bundled
            estimator; the default one unless given, or for "default".

    Raises:
        CheckpointError: There is none, or it is broken or of a newer version.

    Examples:
        >>> import gennape
        >>> gennape.load("nasbench101")
        Estimator(message-passing, 2 predictors)
    """
    folder = _folder(path_or_name)
    path = folder / DESCRIPTION
    with reading(path, CheckpointError, "a description of an estimator", _CURE):
        refuse_special(path)
        description = _Description.read(_json_of(path))
    path = folder / WEIGHTS
    with reading(path, CheckpointError, "the weights of that estimator", _CURE):
        refuse_special(path)
        return description.estimator(current_weights(load_file(path)), str(folder))


def estimator_of(estimator: Estimator | str | os.PathLike[str] | None) -> Estimator:
    """Return an estimator, which `load` loads where it is a name, a folder or nothing.

    Raises:
        CheckpointError: As `load` raises it.
    """
    if estimator is None or isinstance(estimator, str | os.PathLike):
        return load(estimator)
    return estimator


def list_estimators() -> list[str]:
    """List the names of the estimators that come with the package.

    Examples:
        >>> import gennape
        >>> gennape.list_estimators()
        ['all-families', 'nasbench101']
    """
    folder = Path(str(files("gennape") / "checkpoints"))
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir())


def _weights(estimator: Estimator) -> dict[str, AnyArray]:
    """Weights of all parts by name."""
    ranker = estimator.ranker
    models = {f"{_PREDICTOR}.{i}": one for i, one in enumerate(estimator.predictors)}
    encoders = {f"{_ENCODER}.{i}": one for i, one in enumerate(ranker.encoders if ranker else ())}
    parts = {name: model.arrays() for name, model in (models | encoders).items()}
    parts[_FEW_SHOT] = estimator.few_shot.arrays() if estimator.few_shot else {}
    parts[_MOMENTS] = ranker.moments.arrays() if ranker else {}
    parts[_ACCURACY] = accuracy_arrays(estimator.accuracy) if estimator.accuracy else {}
    return {
        name: np.ascontiguousarray(array)
        for part, arrays in parts.items()
        for name, array in named(part, arrays).items()
    }


@dataclass(frozen=True)
class _Description:
    """What `estimator.json` says, checked; its weights are checked by it."""

    config: EstimatorConfig
    label_transform: LabelTransform
    ranker_encoders: int
    domain: DomainDetector
    calibrator: ScoreCalibrator
    measured: StoredValues | None

    @classmethod
    def read(cls, stored: StoredValues) -> "_Description":
        stored.has_only(*_PARTS)
        config = EstimatorConfig.read(stored.part("config"))
        families = [FamilyProfile.read(one) for one in stored.parts("families", 1, _MOST_FAMILIES)]
        counts = (len(families), len(config.views), len(SCORE_PARTS))
        return cls(
            config,
            LabelTransform.read(stored.part("label_transform")),
            stored.integer("ranker_encoders", 0, config.ranker_encoders),
            DomainDetector(families),
            ScoreCalibrator.read(stored.part("calibrator"), *counts),
            stored.part("measured") if stored.has("measured") else None,
        )

    def estimator(self, weights: dict[str, AnyArray], origin: str) -> Estimator:
        """Build the estimator from its weights, all of which it must need."""
        stored, config = StoredArrays(weights), self.config
        columns, families = ENCODERS[config.encoder].columns, len(self.domain.families)
        few_shot = stored.below(_FEW_SHOT)
        embedding = sum(config.width * len(view.readouts) for view in config.views)
        estimator = Estimator(
            config=config,
            predictors=[
                ClusteredPredictor.read(stored.below(f"{_PREDICTOR}.{i}"), config, view)
                for i, view in enumerate(config.views)
            ],
            ranker=self._ranker(stored, columns),
            label_transform=self.label_transform,
            domain=self.domain,
            calibrator=self.calibrator,
            accuracy=accuracy_model_of(stored.below(_ACCURACY), self.measured, families)
            if self.measured
            else None,
            few_shot=FewShotGP.read(few_shot, embedding, columns) if few_shot else None,
            origin=origin,
        )
        if unknown := set(weights) - set(_weights(estimator)):
            raise ValueError(f"{', '.join(sorted(unknown))}: unknown")
        return estimator

    def _ranker(self, stored: StoredArrays, columns: int) -> CrossFamilyRanker | None:
        if not self.ranker_encoders:
            return None
        encoders = [
            ResidualEncoder.read(stored.below(f"{_ENCODER}.{i}"), self.config)
            for i in range(self.ranker_encoders)
        ]
        return CrossFamilyRanker(encoders, MomentRegression.read(stored.below(_MOMENTS), columns))


def _folder(path_or_name: str | os.PathLike[str] | None) -> Path:
    name = DEFAULT_NAME if path_or_name in (None, "default") else str(path_or_name)
    if name in list_estimators():
        return Path(str(files("gennape") / "checkpoints" / name))
    if not Path(name).is_dir():
        raise CheckpointError(
            f"no estimator {name!r}: give a folder that `gennape pretrain` or `gennape fine-tune` "
            f"wrote, or one of {', '.join(list_estimators())}"
        )
    return Path(name)


def _json_of(path: Path) -> StoredValues:
    """Values of a description, by the names of today."""
    description = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
    if not isinstance(description, dict):
        raise ValueError("it is no object with named values")
    version = description.get("format_version")
    if version == FORMAT_VERSION or version in READABLE:
        return StoredValues(current_description(description, version))
    raise CheckpointError(
        f"{path} has format version {version!r:.40}, this gennape reads version {FORMAT_VERSION}; "
        "install the gennape that wrote it, or a newer one"
    )


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")
