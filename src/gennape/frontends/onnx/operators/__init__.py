"""The rules for ONNX operators, by theme; importing this package registers them."""

from gennape.frontends.onnx.operators import (
    arithmetic,
    borders,
    elementwise,
    layout,
    normalisation,
    parts,
    pooling,
    products,
    recurrent,
    reductions,
    weighted,
)

__all__ = [
    "arithmetic",
    "borders",
    "elementwise",
    "layout",
    "normalisation",
    "parts",
    "pooling",
    "products",
    "recurrent",
    "reductions",
    "weighted",
]
