"""CIFAR-10 from the Parquet files of the data folder."""

import os

import torch

from gennape.benchmarks.images import read_cifar10
from gennape.labelling.dataset import Dataset, Part

NAME = "cifar10"


def load_cifar10(folder: str | os.PathLike[str]) -> Dataset:
    """All images, decoded.

    Raises:
        BenchmarkError: A file is absent, another one, or holds a broken image.
        MissingExtraError: Pillow, which decodes the images, is not installed.
    """
    return Dataset(NAME, _part(folder, "train"), _part(folder, "test"))


def _part(folder: str | os.PathLike[str], name: str) -> Part:
    images = read_cifar10(folder, name)
    return Part(torch.from_numpy(images.pixels), torch.from_numpy(images.labels))
