"""Data sets by name: CIFAR-10, scikit-learn's digits, image folders and factories."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gennape.benchmarks.images import read_cifar10
from gennape.benchmarks.tables import data_folder
from gennape.labelling.dataset import Dataset, LabelledImages, LabellingError
from gennape.labelling.images import decode_images
from gennape.utils.errors import reading
from gennape.utils.optional_imports import import_factory, require

_PARTS = ("train", "test")
_BRIGHTEST_DIGIT, _BRIGHTEST = 16, 255
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
"""Of image files: others, such as EPS, are read by programs that follow what the file says."""
_MOST_PIXELS = 1 << 25
_TEST_EVERY = 5
"""Every fifth image of the digits is for the test."""


def load_dataset(
    name: str, data_dir: str | os.PathLike[str] | None = None, resolution: int | None = None
) -> Dataset:
    """Read a data set into memory.

    Args:
        name: "cifar10" or "digits"; the path of a folder with `train/CLASS/IMAGE` and
            `test/CLASS/IMAGE`; or `package.module:factory`, a function that returns a data
            set as torchvision's are for `train=True` and for `train=False`.
        data_dir: The folder of CIFAR-10's Parquet files; the environment variable
            `GENNAPE_DATA` unless given.
        resolution: Height and width that images of a folder or factory are resized to.

    Raises:
        LabellingError: There is no such data set, or it cannot be read.
        BenchmarkError: There is no data folder, or it does not hold CIFAR-10.
        ModuleError: There is no such factory.
        ImportError: A library that reads the data set is not installed.
    """
    known: dict[str, Callable[[], Dataset]] = {
        "cifar10": lambda: load_cifar10(data_folder(data_dir)),
        "digits": load_digits,
    }
    if name in known:
        if resolution is not None:
            raise LabellingError(f"{name} has a resolution of its own; give none")
        return known[name]()
    if ":" in name:
        return load_from_factory(name, resolution)
    if Path(name).is_dir():
        return load_image_folder(Path(name), resolution)
    raise LabellingError(
        f"no data set is called {name!r}, and there is no such folder; data sets are "
        f"{', '.join(known)}, a folder of images or package.module:factory"
    )


def load_cifar10(folder: str | os.PathLike[str]) -> Dataset:
    """Read CIFAR-10 from the Parquet files of the data folder.

    Raises:
        BenchmarkError: A file is absent, another one, or holds a broken image.
        MissingExtraError: Pillow, which decodes the images, is not installed.
    """
    return Dataset("cifar10", _cifar10_part(folder, "train"), _cifar10_part(folder, "test"))


def _cifar10_part(folder: str | os.PathLike[str], name: str) -> LabelledImages:
    images = read_cifar10(folder, name)
    return LabelledImages(torch.from_numpy(images.pixels), torch.from_numpy(images.labels))


def load_digits() -> Dataset:
    """Load scikit-learn's digits: 1,797 grey images of 8x8 pixels, for tests and first tries.

    Every fifth image is for the test; grey is repeated as three colours.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    datasets = require("sklearn.datasets", "the digits data set", package="scikit-learn")
    grey, classes = datasets.load_digits(return_X_y=True)
    pixels = torch.from_numpy(np.round(grey * _BRIGHTEST / _BRIGHTEST_DIGIT).astype(np.uint8))
    colours = pixels.reshape(-1, 1, 8, 8).repeat(1, 3, 1, 1)
    targets = torch.from_numpy(classes.astype(np.int64))
    is_test = torch.arange(len(targets)) % _TEST_EVERY == 0
    train, test = (LabelledImages(colours[rows], targets[rows]) for rows in (~is_test, is_test))
    return Dataset("digits", train, test, can_mirror=False)


def load_image_folder(folder: Path, resolution: int | None = None) -> Dataset:
    """Read `train/CLASS/*` and `test/CLASS/*`; the classes are those of `train` by name.

    Args:
        folder: Its name becomes the data set's.
        resolution: Height and width, see `decode_images`; needed if images have several sizes.

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
        decode_images(_samples(folder / part, classes), resolution, str(folder / part))
        for part in _PARTS
    )
    return Dataset(folder.resolve().name, train, test)


def _samples(folder: Path, classes: list[str]) -> Iterator[tuple[Any, int]]:
    Image = require("PIL.Image", "decoding images", package="'gennape[zoo]'")
    for path in _visible(folder):
        if path.name not in classes:
            raise LabellingError(f"{path} is of a class that is not in train")
        for file in _visible(path):
            with (
                reading(file, LabellingError, "an image", "delete it or save it again"),
                Image.open(file, formats=_FORMATS) as image,
            ):
                if image.width * image.height > _MOST_PIXELS:
                    raise LabellingError(
                        f"{file} has {image.width}x{image.height} pixels; make it smaller"
                    )
                image.load()
            yield image, classes.index(path.name)


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def load_from_factory(name: str, resolution: int | None = None) -> Dataset:
    """Call `package.module:factory` with `train=True` and with `train=False`.

    Args:
        name: Of the function. It returns samples that are counted and numbered, each an image
            and its class from 0; `decode_images` says which images there are.
        resolution: Height and width, see `decode_images`; needed if images have several sizes.

    Raises:
        ModuleError: There is no such function.
        LabellingError: It fails, or does not return such samples.
    """
    package, _, function = name.partition(":")
    make = import_factory(package, function)
    parts = {}
    for is_train in (True, False):
        call = f"{name}(train={is_train})"
        try:
            samples: Any = make(train=is_train)
            in_order = map(samples.__getitem__, range(len(samples)))
            parts[is_train] = decode_images(in_order, resolution, call)
        except LabellingError:
            raise
        except (Exception, SystemExit) as error:
            reason = f"{type(error).__name__}: {error}"
            raise LabellingError(f"{call} gave no images and classes ({reason})") from error
    return Dataset(name, parts[True], parts[False])
