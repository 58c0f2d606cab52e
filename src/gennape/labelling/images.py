"""Conversion of images of any kind to colour pixels of one size."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from gennape.labelling.dataset import LabelledImages, LabellingError

if TYPE_CHECKING:
    from PIL import Image

Pixels = npt.NDArray[np.uint8]

_FULL, _FULL_OF_16 = 255, 65535


def decode_images(
    samples: Iterable[tuple[Any, int]], resolution: int | None, where: str
) -> LabelledImages:
    """Decode images of one size.

    Args:
        samples: Images beside their classes: pictures of Pillow; arrays, `(height, width,
            channels)` or without channels, uint8; or tensors, `(channels, height, width)`,
            uint8 or floats from 0 to 1.
        resolution: Height and width: an image is resized so that its shorter side has it, and
            cropped in the middle. Images are left as they are unless it is given.
        where: Names the samples in messages.

    Raises:
        LabellingError: There are no images, or they have several sizes and no resolution is
            given.
    """
    pixels, classes = [], []
    for image, number in samples:
        try:
            pixels.append(_pixels(image, resolution))
        except LabellingError as error:
            raise LabellingError(f"{where}, image {len(pixels)}: {error}") from error
        classes.append(int(number))
    if len({image.shape for image in pixels}) > 1:
        raise LabellingError(
            f"the images of {where} have several sizes; give a resolution (--resolution)"
        )
    if not pixels:
        raise LabellingError(f"there are no images in {where}")
    return LabelledImages(
        torch.from_numpy(np.stack(pixels)), torch.tensor(classes, dtype=torch.int64)
    )


def _pixels(image: Any, resolution: int | None) -> Pixels:
    """Convert an image to red, green and blue, `(3, height, width)`."""
    picture = _of_8_bits(_picture(image)).convert("RGB")
    if resolution is not None:
        from PIL import ImageOps

        picture = ImageOps.fit(picture, (resolution, resolution))
    return np.asarray(picture, dtype=np.uint8).transpose(2, 0, 1)


def _picture(image: Any) -> "Image.Image":
    from PIL import Image

    if isinstance(image, torch.Tensor):
        if image.is_floating_point():
            image = (_checked_floats(image) * _FULL).round().to(torch.uint8)
        image = image.movedim(0, -1).numpy()
    if isinstance(image, np.ndarray):
        if image.dtype != np.uint8:
            raise LabellingError(f"its numbers are {image.dtype}; those of arrays are uint8")
        return Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image)
    if isinstance(image, Image.Image):
        return image
    raise LabellingError(
        f"a {type(image).__name__} is no image; there are pictures of Pillow, arrays and tensors"
    )


def _checked_floats(image: torch.Tensor) -> torch.Tensor:
    """Check that floats go from 0 to 1."""
    low, high = image.min().item(), image.max().item()
    if not (low >= 0 and high <= 1):  # nor is NaN
        raise LabellingError(f"its numbers go from {low:g} to {high:g}; floats go from 0 to 1")
    return image


def _of_8_bits(picture: "Image.Image") -> "Image.Image":
    """Convert a picture of 16 bits to 8; `convert` would cut off values above 255."""
    from PIL import Image

    if picture.mode == "F":
        raise LabellingError("its numbers are floats; pictures have 8 or 16 bits")
    if not picture.mode.startswith("I"):
        return picture
    levels = np.asarray(picture)
    return Image.fromarray(np.round(levels / _FULL_OF_16 * _FULL).clip(0, _FULL).astype(np.uint8))
