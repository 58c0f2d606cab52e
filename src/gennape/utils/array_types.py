"""Types of numpy arrays, with one meaning each in the whole package."""

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
"""Real numbers of any precision."""
IntArray = npt.NDArray[np.integer[Any]]
"""Whole numbers of any width."""
BoolArray = npt.NDArray[np.bool_]
AnyArray = npt.NDArray[Any]
"""Elements of any type."""
