"""Sizes of the results of ATen's operators, which those that a file states are held against."""

from gennape.frontends.torch.shape_rules import parts, products, reductions, windows  # noqa: F401
from gennape.frontends.torch.shape_rules.registry import SHAPE_RULES, Shape

__all__ = ["SHAPE_RULES", "Shape"]
