"""Where data sets come from."""

import os
from collections.abc import Callable
from pathlib import Path

from gennape.benchmarks.tables import data_folder
from gennape.labelling.dataset import Dataset
from gennape.labelling.errors import LabellingError
from gennape.labelling.sources import cifar10, digits
from gennape.labelling.sources.factory import load_made
from gennape.labelling.sources.image_folder import load_image_folder

__all__ = ["load_dataset"]


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
        cifar10.NAME: lambda: cifar10.load_cifar10(data_folder(data_dir)),
        digits.NAME: digits.load_digits,
    }
    if name in known:
        if resolution is not None:
            raise LabellingError(f"{name} has a resolution of its own; give none")
        return known[name]()
    if ":" in name:
        return load_made(name, resolution)
    if Path(name).is_dir():
        return load_image_folder(Path(name), resolution)
    raise LabellingError(
        f"no data set is called {name!r}, and there is no such folder; data sets are "
        f"{', '.join(known)}, a folder of images or package.module:factory"
    )
