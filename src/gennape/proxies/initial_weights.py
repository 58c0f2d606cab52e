"""Initial weights that proxies prescribe."""

import math

import torch
from torch import nn
from torch.nn.modules.batchnorm import _NormBase

from gennape.proxies.passes import WEIGHTED

_NORMS = (_NormBase, nn.GroupNorm, nn.LayerNorm)


def set_constant(layer: nn.Module, weight: float) -> None:
    """Set all weights to one number and the biases to zero, if `layer` has any."""
    if isinstance(getattr(layer, "weight", None), nn.Parameter):
        nn.init.constant_(layer.weight, weight)  # type: ignore[arg-type]
    if isinstance(getattr(layer, "bias", None), nn.Parameter):
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]


def set_standard_normal(layer: nn.Module) -> None:
    """Set standard normal weights, zero biases, and norms that do nothing."""
    if isinstance(layer, WEIGHTED):
        _set_normal(layer, 1.0)
    _reset_norm(layer)


def set_kaiming(layer: nn.Module) -> None:
    """Set He et al.'s normal weights by fan-in, zero biases, and norms that do nothing."""
    if isinstance(layer, WEIGHTED):
        _set_normal(layer, math.sqrt(2 / layer.weight[0].numel()))
    _reset_norm(layer)


def _set_normal(layer: nn.Module, deviation: float) -> None:
    weight, bias = layer.weight, layer.bias
    assert isinstance(weight, nn.Parameter)
    weight.copy_(torch.randn(weight.shape) * deviation)  # whatever its layout in memory
    if isinstance(bias, nn.Parameter):
        nn.init.zeros_(bias)


def _reset_norm(layer: nn.Module) -> None:
    """Set scale one and shift zero, if `layer` is a normalisation with learned ones."""
    if isinstance(layer, _NORMS):
        set_constant(layer, 1.0)
