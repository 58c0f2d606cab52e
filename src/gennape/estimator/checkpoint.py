"""Estimators on disk: a folder with weights in safetensors and the rest in JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes
from torch import Tensor, nn

from gennape.estimator.adapter import Adapter
from gennape.estimator.config import EstimatorConfig
from gennape.estimator.estimator import Estimator
from gennape.estimator.familiarity import Familiarity, FamilyTraits
from gennape.estimator.generalist import Generalist
from gennape.estimator.generalists import Generalists
from gennape.estimator.member import Member
from gennape.estimator.reference import Reference
from gennape.estimator.targets import Target
from gennape.estimator.walk_regression import WalkRegression
from gennape.utils.files import atomic_write

FORMAT_VERSION = 2
WEIGHTS = "weights.safetensors"
DESCRIPTION = "estimator.json"
DEFAULT_NAME = "all-families"
_MEMBER, _GENERALIST, _WALKS, _ADAPTER = "member", "generalist", "walks.", "adapter."


class CheckpointError(ValueError):
    """A checkpoint that cannot be used; the message names it and the cure."""


def save(estimator: Estimator, folder: Path) -> None:
    """Write `weights.safetensors` and `estimator.json` into `folder`, made if needed."""
    folder.mkdir(parents=True, exist_ok=True)
    general = estimator.generalists
    parts: dict[str, Sequence[nn.Module]] = {
        _MEMBER: estimator.members,
        _GENERALIST: general.encoders if general else (),
    }
    weights = {
        f"{part}.{index}.{name}": value.contiguous()
        for part, modules in parts.items()
        for index, module in enumerate(modules)
        for name, value in module.state_dict().items()
    }
    for prefix, fitted in ((_ADAPTER, estimator.adapter), (_WALKS, general and general.walks)):
        for name, array in (fitted.arrays() if fitted else {}).items():
            weights[prefix + name] = torch.from_numpy(np.ascontiguousarray(array))
    atomic_write(folder / WEIGHTS, lambda path: path.write_bytes(to_bytes(weights)))
    description = {
        "format_version": FORMAT_VERSION,
        "config": estimator.config.to_json(),
        "target": asdict(estimator.target),
        "generalists": len(parts[_GENERALIST]),
        "families": [traits.to_json() for traits in estimator.familiarity.families],
        "reference": estimator.reference.to_json(),
    }
    text = json.dumps(description, indent=1) + "\n"
    atomic_write(folder / DESCRIPTION, lambda path: path.write_text(text))


def load(path_or_name: str | Path | None = None) -> Estimator:
    """Load an estimator.

    Args:
        path_or_name: A folder that `Estimator.save` wrote, or the name of a bundled
            estimator; the default one unless given.

    Raises:
        CheckpointError: There is none, or it is broken or of a newer version.
    """
    folder = _folder(path_or_name)
    description = _description(folder / DESCRIPTION)
    try:
        config = EstimatorConfig.from_json(description["config"])
        target = Target(**description["target"])
        familiarity = Familiarity(
            [FamilyTraits.from_json(values) for values in description["families"]]
        )
        reference = Reference.from_json(description["reference"])
        weights = load_file(folder / WEIGHTS)
        with torch.random.fork_rng(devices=()):  # the initial weights are of no interest
            members = [Member(config, view) for view in config.views]
            encoders = [Generalist(config).eval() for _ in range(description["generalists"])]
        _check(weights, reference, len(familiarity.families), len(members))
        for part, modules in ((_MEMBER, members), (_GENERALIST, encoders)):
            for index, module in enumerate(modules):
                module.load_state_dict(_below(f"{part}.{index}.", weights))
        walks, tuned = (
            {name: value.numpy() for name, value in _below(prefix, weights).items()}
            for prefix in (_WALKS, _ADAPTER)
        )
        generalists = Generalists(encoders, WalkRegression(**walks)) if encoders else None
        adapter = Adapter.from_arrays(tuned) if tuned else None
    except (KeyError, TypeError, ValueError, RuntimeError, OSError, SafetensorError) as error:
        raise CheckpointError(
            f"{folder} is no usable estimator ({_first_line(error)}); train or download it again"
        ) from error
    return Estimator(config, members, generalists, target, familiarity, reference, adapter)


def _below(prefix: str, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights whose names start with `prefix`, without it."""
    return {
        name.removeprefix(prefix): value
        for name, value in weights.items()
        if name.startswith(prefix)
    }


def bundled() -> list[str]:
    """Names of the estimators that come with the package."""
    folder = Path(str(files("gennape") / "checkpoints"))
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir())


def _folder(path_or_name: str | Path | None) -> Path:
    name = str(path_or_name) if path_or_name is not None else DEFAULT_NAME
    if name in bundled():
        return Path(str(files("gennape") / "checkpoints" / name))
    if not Path(name).is_dir():
        raise CheckpointError(
            f"no estimator {name!r}: give a folder that `gennape pretrain` or `gennape fine-tune` "
            f"wrote, or one of {', '.join(bundled())}"
        )
    return Path(name)


def _description(path: Path) -> dict[str, Any]:
    try:
        description = json.loads(path.read_text())
        version = description["format_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(
            f"{path} is absent or no estimator description; give the folder of an estimator"
        ) from error
    if version != FORMAT_VERSION:
        raise CheckpointError(
            f"{path} has format version {version}, this gennape reads version {FORMAT_VERSION}; "
            "install the gennape that wrote it, or a newer one"
        )
    return dict(description)


def _check(weights: dict[str, Tensor], reference: Reference, families: int, members: int) -> None:
    if not reference.means.shape == reference.deviations.shape == (families + 1, members):
        raise ValueError("its reference is not that of its members")
    if reference.errors.shape != (families + 1,):
        raise ValueError("its errors are not those of its families")
    if not all(value.isfinite().all() for value in weights.values()):
        raise ValueError("a weight is not finite")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
