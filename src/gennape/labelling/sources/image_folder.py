"""A folder of images: `train` and `test`, in each a folder a class."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gennape.labelling.dataset import Dataset
from gennape.labelling.errors import LabellingError
from gennape.labelling.sources.pixels import part_of
from gennape.utils.optional_imports import require

_PARTS = ("train", "test")


def load_image_folder(folder: Path, resolution: int | None = None) -> Dataset:
    """Read `train/CLASS/*` and `test/CLASS/*`; the classes are those of `train` by name.

    Args:
        folder: Its name becomes the data set's.
        resolution: Height and width, see `part_of`; needed if images have several sizes.

    Raises:
        LabellingError: A part is missing, has no images or an unknown class, or a file is no
            image; says which.
        MissingExtraError: Pillow, which decodes the images, is not installed.
    """
    if missing := [part for part in _PARTS if not (folder / part).is_dir()]:
        raise LabellingError(
            f"{folder} has no folder {' and no folder '.join(missing)}; an image folder has "
            "train/CLASS/IMAGE and test/CLASS/IMAGE"
        )
    classes = [path.name for path in _visible(folder / "train") if path.is_dir()]
    for name in classes:
        if not _visible(folder / "train" / name):
            raise LabellingError(f"{folder / 'train' / name} is empty; a class needs images")
    train, test = (
        part_of(_samples(folder / part, classes), resolution, str(folder / part)) for part in _PARTS
    )
    return Dataset(folder.resolve().name, train, test)


def _samples(folder: Path, classes: list[str]) -> Iterator[tuple[Any, int]]:
    Image = require("PIL.Image", "decoding images", package="'gennape[zoo]'")
    for path in _visible(folder):
        if path.name not in classes:
            raise LabellingError(f"{path} is of a class that is not in train")
        for file in _visible(path):
            try:
                with Image.open(file) as image:
                    image.load()
                    yield image, classes.index(path.name)
            except OSError as error:
                raise LabellingError(f"{file} is no readable image") from error


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
