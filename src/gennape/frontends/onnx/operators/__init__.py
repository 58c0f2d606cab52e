"""The rules for ONNX operators, by theme; importing this package registers them."""

from gennape.frontends.onnx.operators import (
    arithmetic,
    elementwise,
    layout,
    normalisation,
    parts,
    products,
    recurrent,
    reductions,
    weighted,
    windows,
)

__all__ = [
    "arithmetic",
    "elementwise",
    "layout",
    "normalisation",
    "parts",
    "products",
    "recurrent",
    "reductions",
    "weighted",
    "windows",
]
