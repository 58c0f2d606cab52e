"""Images that proxies send through a network."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gennape.benchmarks import BenchmarkError
from gennape.benchmarks.images import Images, read_cifar10
from gennape.proxies.errors import ProxyError

NOISE = "noise"

_POOL = 50_000


@dataclass(frozen=True)
class Batch:
    """Images and their labels.

    Attributes:
        images: One input of a network for each sample, `(samples, *input_shape)`, float32.
        labels: Classes, `(samples,)`, int64; None stands for random ones, as many as the
            network has outputs.
    """

    images: Tensor
    labels: Tensor | None = None

    def __len__(self) -> int:
        return len(self.images)

    def part(self, number: int, parts: int) -> "Batch":
        """Return one of `parts` equal shares of the batch."""
        images = self.images.chunk(parts)[number]
        labels = None if self.labels is None else self.labels.chunk(parts)[number]
        return Batch(images, labels)


def make_batch(
    data: str | os.PathLike[str], size: int, input_shape: Sequence[int], seed: int
) -> Batch:
    """Make a batch for networks of an input shape.

    Args:
        data: "noise" for standard normal images with random labels; else CIFAR-10: its
            Parquet file or the folder that holds it. Its images are resized if the input
            has another height and width than 32.
        size: Number of images, at least 2.
        input_shape: Sizes of one input.
        seed: Of the noise, or of the choice of images.

    Raises:
        BenchmarkError: The file cannot be read, or networks do not take colour images.
        ProxyError: The batch is too small for statistics over a batch.
    """
    if size < 2:
        raise ProxyError(f"a batch of {size} has no statistics; give at least 2 images")
    if data == NOISE:
        generator = torch.Generator().manual_seed(seed)
        return Batch(torch.randn(size, *input_shape, generator=generator))
    if len(input_shape) != 3 or input_shape[0] != 3:
        shape = "x".join(map(str, input_shape))
        raise BenchmarkError(f"CIFAR-10 does not fit inputs of shape {shape}; use noise")
    chosen = _cifar10(os.fspath(data), size, seed)
    images = torch.from_numpy(chosen.normalised())
    if tuple(images.shape[2:]) != tuple(input_shape[1:]):
        size_2d = list(input_shape[1:])
        images = F.interpolate(images, size_2d, mode="bilinear", antialias=True)
    return Batch(images, torch.from_numpy(chosen.labels))


@lru_cache(maxsize=1)
def _cifar10(path: str, size: int, seed: int) -> Images:
    """Read random training images; the same for every network of a pool."""
    rows = np.random.default_rng(seed).choice(_POOL, size, replace=False)
    return read_cifar10(path, rows=rows)
