"""How much memory this machine has."""

import os

_BYTES = 4
"""Bytes of a number of 32 bits."""


def physical_memory() -> float:
    """Return the bytes of memory of this machine; infinite where it does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, OSError, ValueError):
        return float("inf")


def fits_into_memory(numbers: int) -> bool:
    """Tell whether this machine has memory for so many numbers of 32 bits."""
    return _BYTES * numbers <= physical_memory()
