"""The shapes of the results of ONNX operators, by theme; importing this package registers them."""

from gennape.frontends.onnx.shape_rules import (
    elementwise,
    layout,
    parts,
    products,
    reductions,
    sources,
    windows,
)
from gennape.frontends.onnx.shape_rules.registry import (
    SHAPE_RULES,
    Arguments,
    ShapeContradiction,
    UnknownShape,
)

__all__ = [
    "SHAPE_RULES",
    "Arguments",
    "ShapeContradiction",
    "UnknownShape",
    "elementwise",
    "layout",
    "parts",
    "products",
    "reductions",
    "sources",
    "windows",
]
