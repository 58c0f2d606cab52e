"""Where data sets come from."""

import os

from gennape.benchmarks.tables import data_folder
from gennape.labelling.dataset import Dataset
from gennape.labelling.errors import LabellingError
from gennape.labelling.sources import cifar10, digits

__all__ = ["load_dataset"]


def load_dataset(name: str, data_dir: str | os.PathLike[str] | None = None) -> Dataset:
    """Read a data set into memory.

    Args:
        name: "cifar10" or "digits".
        data_dir: The folder of CIFAR-10's Parquet files.

    Raises:
        LabellingError: There is no such data set.
        BenchmarkError: There is no data folder, or it does not hold CIFAR-10.
        ImportError: A library that reads the data set is not installed.
    """
    if name == cifar10.NAME:
        return cifar10.load_cifar10(data_folder(data_dir))
    if name == digits.NAME:
        return digits.load_digits()
    raise LabellingError(f"no data set is called {name!r}; there are cifar10 and digits")
