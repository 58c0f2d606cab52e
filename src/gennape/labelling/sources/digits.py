"""scikit-learn's digits: 1,797 grey images of 8x8 pixels, for tests and first tries."""

import numpy as np
import torch

from gennape.labelling.dataset import Dataset, Part
from gennape.utils.optional_imports import require

NAME = "digits"

_BRIGHTEST, _FULL = 16, 255
_TEST_EVERY = 5


def load_digits() -> Dataset:
    """Every fifth image is for the test; grey is repeated as three colours.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    datasets = require("sklearn.datasets", "the digits data set", package="scikit-learn")
    grey, classes = datasets.load_digits(return_X_y=True)
    pixels = torch.from_numpy(np.round(grey * _FULL / _BRIGHTEST).astype(np.uint8))
    colours = pixels.reshape(-1, 1, 8, 8).repeat(1, 3, 1, 1)
    targets = torch.from_numpy(classes.astype(np.int64))
    is_test = torch.arange(len(targets)) % _TEST_EVERY == 0
    train, test = (Part(colours[rows], targets[rows]) for rows in (~is_test, is_test))
    return Dataset(NAME, train, test, can_mirror=False)
