"""Random crops and mirror images of a batch."""

import torch
import torch.nn.functional as F
from torch import Tensor


def crop_and_flip(pixels: Tensor, border: int, flip: bool) -> Tensor:
    """Crop each image at a random place of itself with a black border; mirror half of them.

    Random numbers are the global generator's of the processor, whatever the device.

    Args:
        pixels: `(images, channels, height, width)`.
        border: Width of the border.
        flip: Whether images are mirrored.

    Returns:
        As `pixels`.
    """
    images, _, height, width = pixels.shape
    rows = _starts(images, border) + torch.arange(height)
    columns = torch.arange(width).expand(images, width)
    if flip:
        is_mirrored = torch.rand(images, 1) < 0.5
        columns = torch.where(is_mirrored, columns.flip(1), columns)
    columns = columns + _starts(images, border)
    padded = F.pad(pixels, (border,) * 4)
    which = torch.arange(images)[:, None, None]
    places = (place.to(pixels.device) for place in (which, rows[:, :, None], columns[:, None, :]))
    image, row, column = places
    return padded[image, :, row, column].permute(0, 3, 1, 2)


def _starts(images: int, border: int) -> Tensor:
    """Draw where the crops begin, `(images, 1)`."""
    return torch.randint(2 * border + 1, (images, 1))
