"""Estimators on disk: a folder with weights in safetensors and the rest in JSON."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file
from safetensors.numpy import save as to_bytes

from gennape.estimator.calibration.domain_detector import DomainDetector, FamilyProfile
from gennape.estimator.calibration.label_transform import LabelTransform
from gennape.estimator.calibration.score_calibrator import ScoreCalibrator
from gennape.estimator.config import EstimatorConfig
from gennape.estimator.estimator import Estimator
from gennape.estimator.few_shot.few_shot_gp import FewShotGP
from gennape.estimator.models.accuracy_storage import (
    accuracy_arrays,
    accuracy_model_of,
    accuracy_names,
)
from gennape.estimator.models.clustered_predictor import ClusteredPredictor
from gennape.estimator.models.cross_family_ranker import CrossFamilyRanker, ResidualEncoder
from gennape.estimator.models.moment_regression import MomentRegression
from gennape.estimator.models.stored_arrays import StoredArrays, named
from gennape.utils.array_types import AnyArray
from gennape.utils.errors import GennapeError
from gennape.utils.files import atomic_write

FORMAT_VERSION = 4
WEIGHTS = "weights.safetensors"
DESCRIPTION = "estimator.json"
DEFAULT_NAME = "all-families"
_PREDICTOR, _ENCODER = "predictor", "ranker"
_MOMENTS, _FEW_SHOT, _ACCURACY = "moments", "few_shot", "accuracy"
_VERSION_2_KEYS = {
    "target": "label_transform",
    "generalists": "ranker_encoders",
    "reference": "calibrator",
    "generalist_epochs": "ranker_epochs",
    "foreign_trust": "out_of_domain_weight",
    "joints": "edge_kinds",
    "kinds": "node_kinds",
    "general_deviation": "ranker_deviation",
}
"""Names in descriptions of version 2 and what became of them, at any depth."""
_VERSION_2_WEIGHTS = {
    "member": "predictor",
    "generalist": "ranker",
    "walks": "moments",
    "adapter": "few_shot",
}
"""Likewise the first words of the names of weights."""


class CheckpointError(GennapeError, ValueError):
    """A checkpoint that cannot be used; the message names it and the cure."""


def save(estimator: Estimator, folder: Path) -> None:
    """Write `weights.safetensors` and `estimator.json` into `folder`, made if needed."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = _weights(estimator)
    atomic_write(folder / WEIGHTS, lambda path: path.write_bytes(to_bytes(weights)))
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
    atomic_write(folder / DESCRIPTION, lambda path: path.write_text(text, encoding="utf-8"))


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
    description = _description(folder / DESCRIPTION)
    try:
        weights = _current_names(load_file(folder / WEIGHTS))
        return _estimator(description, weights)
    except (KeyError, TypeError, ValueError, RuntimeError, OSError, SafetensorError) as error:
        raise CheckpointError(
            f"{folder} is no usable estimator ({_first_line(error)}); train or download it again"
        ) from error


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


def _estimator(description: dict[str, Any], weights: dict[str, AnyArray]) -> Estimator:
    """Build an estimator from what its files hold."""
    config = EstimatorConfig.from_json(description["config"])
    domain = DomainDetector([FamilyProfile.from_json(one) for one in description["families"]])
    calibrator = ScoreCalibrator.from_json(description["calibrator"])
    _check(weights, calibrator, len(domain.families), len(config.views))
    stored = StoredArrays(weights)
    predictors = [
        ClusteredPredictor.read(stored.below(f"{_PREDICTOR}.{i}"), config, view)
        for i, view in enumerate(config.views)
    ]
    encoders = [
        ResidualEncoder.read(stored.below(f"{_ENCODER}.{i}"), config)
        for i in range(description["ranker_encoders"])
    ]
    moments, few_shot, accuracy = (
        stored.below(part).plain() for part in (_MOMENTS, _FEW_SHOT, _ACCURACY)
    )
    return Estimator(
        config=config,
        predictors=predictors,
        ranker=CrossFamilyRanker(encoders, MomentRegression(**moments)) if encoders else None,
        label_transform=LabelTransform(**description["label_transform"]),
        domain=domain,
        calibrator=calibrator,
        accuracy=accuracy_model_of(accuracy, description["measured"]) if accuracy else None,
        few_shot=FewShotGP.from_arrays(few_shot) if few_shot else None,
    )


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


def _description(path: Path) -> dict[str, Any]:
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
        version = description["format_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(
            f"{path} is absent or no estimator description; give the folder of an estimator"
        ) from error
    if version == 2:
        return dict(in_current_terms(description))
    if version not in (3, FORMAT_VERSION):
        raise CheckpointError(
            f"{path} has format version {version}, this gennape reads version {FORMAT_VERSION}; "
            "install the gennape that wrote it, or a newer one"
        )
    return dict(description)


def in_current_terms(value: Any) -> Any:
    """Name what a description or config of version 2 says as later ones do."""
    if isinstance(value, Mapping):
        return {
            _VERSION_2_KEYS.get(key, key): in_current_terms(inner) for key, inner in value.items()
        }
    return [in_current_terms(inner) for inner in value] if isinstance(value, list) else value


def _current_names(weights: dict[str, AnyArray]) -> dict[str, AnyArray]:
    """Weights by the names of today, whichever version wrote them."""
    named = {}
    for name, value in weights.items():
        first, _, rest = name.partition(".")
        rest = rest.replace("walks.", "neighbour_moments.") if first == "adapter" else rest
        named[f"{_VERSION_2_WEIGHTS.get(first, first)}.{rest}"] = value
    precision = named.pop("few_shot.precision", None)
    if precision is not None:  # before version 4, where its root is
        named["few_shot.root"] = np.linalg.cholesky(precision)
    return named


def _check(
    weights: dict[str, AnyArray], calibrator: ScoreCalibrator, families: int, predictors: int
) -> None:
    if not calibrator.means.shape == calibrator.deviations.shape == (families + 1, predictors):
        raise ValueError("its calibrator is not that of its predictors")
    if calibrator.errors.shape != (families + 1,):
        raise ValueError("its errors are not those of its families")
    if not all(np.isfinite(value).all() for value in weights.values()):
        raise ValueError("a weight is not finite")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
