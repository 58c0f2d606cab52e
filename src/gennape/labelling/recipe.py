"""Recipes of training: a few numbers in a TOML file."""

import os
import tomllib
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import Any

from gennape.labelling.dataset import LabellingError
from gennape.utils.errors import plain, reading
from gennape.utils.files import read_text

OPTIMIZERS = ("muon", "sgd", "rmsprop")

_FOLDER = files("gennape.labelling") / "recipes"
_SUFFIX = ".toml"
_MOST = 1_000_000_000


@dataclass(frozen=True)
class Recipe:
    """Recipe of training.

    Attributes:
        name: Of the recipe; that of its file.
        epochs: Passes over the training images.
        batch: Images a step.
        optimizer: One of `OPTIMIZERS`; "muon" (see `Muon`) and "sgd" have Nesterov momentum 0.9,
            "rmsprop" PyTorch's settings.
        learning_rate: The highest.
        warm_up: Share of the steps in which the learning rate rises in a line from 0; in the
            others it falls to 0 by a cosine.
        weight_decay: Added to the gradient of every parameter, times the parameter; with "muon"
            not to those of convolutions.
        label_smoothing: Share of the target that is spread over all classes.
        crop: Black pixels around a training image before a random crop of its size.
        flip: Whether half the training images are mirrored, where the data set allows it.
        half_resolution_epochs: First epochs on images of half the height and width, tests
            included.
        images: Training images, a random choice by the seed; 0 for all.
        test_images: Test images after each epoch but the last, evenly spread; 0 for all. After
            the last epoch all are tested on.

    Raises:
        LabellingError: A value is out of range; says which.
    """

    name: str
    epochs: int
    batch: int
    optimizer: str
    learning_rate: float
    warm_up: float
    weight_decay: float
    label_smoothing: float
    crop: int
    flip: bool
    half_resolution_epochs: int
    images: int
    test_images: int

    def __post_init__(self) -> None:
        for name in ("learning_rate", "warm_up", "weight_decay", "label_smoothing"):
            if not isfinite(getattr(self, name)):
                self._refuse(name, "a finite number")
        for name in ("epochs", "batch", "crop", "half_resolution_epochs", "images", "test_images"):
            if abs(getattr(self, name)) > _MOST:
                self._refuse(name, f"at most {_MOST:,}")
        if self.optimizer not in OPTIMIZERS:
            self._refuse("optimizer", f"one of {', '.join(OPTIMIZERS)}")
        for name in ("epochs", "learning_rate"):
            if getattr(self, name) <= 0:
                self._refuse(name, "positive")
        if self.batch < 2:
            self._refuse("batch", "at least 2, for statistics over a batch")
        for name in ("weight_decay", "crop", "images", "test_images"):
            if getattr(self, name) < 0:
                self._refuse(name, "0 or more")
        for name in ("warm_up", "label_smoothing"):
            if not 0 <= getattr(self, name) < 1:
                self._refuse(name, "a share from 0 to below 1")
        if not 0 <= self.half_resolution_epochs <= self.epochs:
            self._refuse("half_resolution_epochs", "0 to the number of epochs")

    def described(self) -> dict[str, Any]:
        """Return all values, plain JSON."""
        return asdict(self)

    def _refuse(self, name: str, rule: str) -> None:
        raise LabellingError(
            f"{name} of the recipe {self.name} is {plain(repr(getattr(self, name)))}; it must be "
            f"{rule}"
        )


def recipes() -> list[str]:
    """List the names of the recipes of the package."""
    found = (Path(file.name) for file in _FOLDER.iterdir())
    return sorted(path.stem for path in found if path.suffix == _SUFFIX)


def load_recipe(name: str | os.PathLike[str]) -> Recipe:
    """Read a recipe.

    Args:
        name: One of `recipes()`, or the path of a TOML file.

    Raises:
        LabellingError: There is no such recipe, or its file is broken, incomplete or names
            what no recipe has.
    """
    path = Path(name)
    if path.suffix == _SUFFIX:
        text = read_text(path, LabellingError)
        with reading(path, LabellingError, "a recipe", "see docs/commands/label.md"):
            return _parsed(path.stem, text)
    if name not in recipes():
        near = get_close_matches(str(name), recipes(), n=1) or recipes()
        raise LabellingError(f"no recipe is called {name!r}; did you mean {', '.join(near)}?")
    return _parsed(str(name), (_FOLDER / f"{name}{_SUFFIX}").read_text(encoding="utf-8"))


def _parsed(name: str, text: str) -> Recipe:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LabellingError(f"the recipe {name} is no TOML: {error}") from error
    expected = {field.name: field.type for field in fields(Recipe) if field.name != "name"}
    if missing := expected.keys() - values.keys():
        raise LabellingError(f"the recipe {name} lacks {', '.join(sorted(missing))}")
    if unknown := values.keys() - expected.keys():
        raise LabellingError(f"the recipe {name} has unknown {', '.join(sorted(unknown))}")
    for key, value in values.items():
        if type(value) is not expected[key] and (expected[key], type(value)) != (float, int):
            raise LabellingError(
                f"{key} of the recipe {name} is {plain(repr(value))}, of another type"
            )
    return Recipe(name, **values)
