"""Data sets: images and their classes, in memory, for training and for the test."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256

import torch
from torch import Tensor

from gennape.utils.errors import GennapeError

_LEVELS = 256
"""Values of a pixel."""


class LabellingError(GennapeError, ValueError):
    """A labelling that cannot be done as asked; the message says what to change."""


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Images beside their classes.

    Attributes:
        pixels: `(images, channels, height, width)`, uint8.
        classes: `(images,)`, int64, from 0.

    Raises:
        LabellingError: There are no images, or the tensors have other shapes or types.
    """

    pixels: Tensor
    classes: Tensor

    def __post_init__(self) -> None:
        is_whole = self.pixels.ndim == 4 and self.classes.shape == self.pixels.shape[:1]
        if not is_whole or not len(self.classes):
            raise LabellingError(
                f"images of the shape {tuple(self.pixels.shape)} and classes of the shape "
                f"{tuple(self.classes.shape)} are not N images and their N classes"
            )
        if self.pixels.dtype != torch.uint8 or self.classes.dtype != torch.int64:
            raise LabellingError("pixels must be uint8 and classes int64")

    def __len__(self) -> int:
        return len(self.classes)

    def spread(self, count: int) -> "LabelledImages":
        """Pick so many images at equal distances, as folders are sorted by class; 0 for all."""
        if not 0 < count < len(self):
            return self
        rows = torch.arange(count) * len(self) // count
        return LabelledImages(self.pixels[rows], self.classes[rows])


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images that networks learn from and are tested on.

    Attributes:
        name: Of the data set, as in tables.
        train: Images to learn from.
        test: Images to be judged on.
        can_mirror: Whether a mirrored image still shows its class; it does not for digits.
        sha256: Of shapes, pixels and classes, training part first; computed unless given.

    Raises:
        LabellingError: The parts do not fit each other.
    """

    name: str
    train: LabelledImages
    test: LabelledImages
    can_mirror: bool = True
    sha256: str = field(default="")

    def __post_init__(self) -> None:
        if self.train.pixels.shape[1:] != self.test.pixels.shape[1:]:
            raise LabellingError(f"{self.name} has training and test images of different shapes")
        lowest = min(int(part.classes.min()) for part in self.parts)
        if lowest < 0 or int(self.test.classes.max()) >= self.classes:
            raise LabellingError(f"{self.name} has classes that it does not train on")
        if self.classes < 2:
            raise LabellingError(f"{self.name} has one class; there is nothing to tell apart")
        images = torch.bincount(self.train.classes, minlength=self.classes)
        if empty := (images == 0).nonzero().flatten().tolist():
            numbers = ", ".join(map(str, empty))
            raise LabellingError(f"{self.name} has no training images of the classes {numbers}")
        if not self.sha256:
            object.__setattr__(self, "sha256", self._digest())

    @property
    def parts(self) -> tuple[LabelledImages, LabelledImages]:
        """Training and test images."""
        return self.train, self.test

    @property
    def classes(self) -> int:
        """Number of classes."""
        return int(self.train.classes.max()) + 1

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width."""
        channels, height, width = self.train.pixels.shape[1:]
        return channels, height, width

    def moments(self) -> tuple[Tensor, Tensor]:
        """Compute mean and deviation of the training pixels, `(channels, 1, 1)` each, float32."""
        levels = torch.arange(_LEVELS, dtype=torch.float64)
        channels = list(self._channels())
        means = torch.stack([(counts * levels).sum() for counts in channels])
        squares = torch.stack([(counts * levels**2).sum() for counts in channels])
        deviations = (squares - means**2).clamp(min=0).sqrt().clamp(min=1)
        return means.float()[:, None, None], deviations.float()[:, None, None]

    def to(self, device: str) -> "Dataset":
        """Copy the images to a device."""
        train, test = (
            LabelledImages(part.pixels.to(device), part.classes.to(device)) for part in self.parts
        )
        return replace(self, train=train, test=test)

    def _channels(self) -> Iterator[Tensor]:
        """Compute for each channel the shares of the pixels with each value, `(256,)`."""
        for channel in self.train.pixels.unbind(1):
            counts = torch.bincount(channel.flatten().cpu(), minlength=_LEVELS)
            yield counts.double() / channel.numel()

    def _digest(self) -> str:
        digest = sha256()
        for part in self.parts:
            digest.update(repr(tuple(part.pixels.shape)).encode())
            for tensor in (part.pixels, part.classes):
                digest.update(tensor.contiguous().numpy().data)
        return digest.hexdigest()
