"""CIFAR-10 from Parquet: one row an image, JPEG bytes and a label."""

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.benchmarks.benchmark import BenchmarkError
from gennape.benchmarks.tables import read_parquet
from gennape.utils.array_types import AnyArray
from gennape.utils.errors import reading
from gennape.utils.optional_imports import require

CLASSES = 10
MEAN = (0.4914, 0.4822, 0.4465)
DEVIATION = (0.2470, 0.2435, 0.2616)
"""Mean and deviation of the training images' red, green and blue, as shares of one."""

_FILE = "cifar10_jpeg_{part}.parquet"
_SHAPE = (3, 32, 32)
_FORMATS = ("JPEG", "PNG")
"""Of images; for others Pillow may start another program."""


@dataclass(frozen=True)
class Images:
    """Images beside their classes.

    Attributes:
        pixels: `(images, 3, 32, 32)`, uint8.
        labels: `(images,)`, int64, 0 to 9.
    """

    pixels: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def normalised(self) -> npt.NDArray[np.float32]:
        """Return the pixels with the data set's mean 0 and deviation 1, `(images, 3, 32, 32)`."""
        shares = self.pixels.astype(np.float32) / 255
        mean, deviation = (np.array(v, np.float32)[:, None, None] for v in (MEAN, DEVIATION))
        return ((shares - mean) / deviation).astype(np.float32, copy=False)


def read_cifar10(
    source: str | os.PathLike[str],
    part: str = "train",
    rows: npt.NDArray[np.int64] | None = None,
) -> Images:
    """Read CIFAR-10.

    Args:
        source: A Parquet file with the columns `img` and `label`, or the data folder.
        part: "train" or "test", for a folder.
        rows: Which rows; all unless given.

    Raises:
        BenchmarkError: The file is absent, another one, or holds a broken image.
        MissingExtraError: Pillow, which decodes the images, is not installed.
    """
    path = Path(source)
    if path.is_dir():
        path /= _FILE.format(part=part)
    table = read_parquet(path)
    pillow = require("PIL.Image", "decoding images", package="'gennape[zoo]'")
    with reading(path, BenchmarkError, "a table of CIFAR-10 images", "get the table again"):
        if rows is not None:
            table = table.take(rows)
        pixels = [_decoded(jpeg, pillow.open) for jpeg in table["img"].to_pylist()]
        return Images(
            np.stack(pixels) if pixels else np.zeros((0, *_SHAPE), np.uint8),
            _classes(table["label"].to_numpy()),
        )


def _classes(labels: AnyArray) -> npt.NDArray[np.int64]:
    if labels.dtype.kind not in "iu" or not ((labels >= 0) & (labels < CLASSES)).all():
        raise ValueError(f"a label is no class from 0 to {CLASSES - 1}")
    return labels.astype(np.int64)


def _decoded(jpeg: bytes, open_image: Callable[..., Any]) -> npt.NDArray[np.uint8]:
    """Decode one image, `(3, height, width)`."""
    with open_image(io.BytesIO(jpeg), formats=_FORMATS) as image:
        if (image.height, image.width) != _SHAPE[1:]:
            raise ValueError("an image is of another size than 32x32")
        return np.asarray(image.convert("RGB"), dtype=np.uint8).transpose(2, 0, 1)
