"""Kinds of the recipes by which real networks were trained: classic, unknown, modern.

Where the number of epochs says it, that decides; elsewhere what the recipes' names are known for.
The rules were written with the recipes sorted by their fitted effects at hand
(docs/experiments.md).
"""

import re
from typing import Protocol

CLASSIC, UNKNOWN, MODERN = -1.0, 0.0, 1.0
_LONG, _SHORT = 300, 150
"""Epochs from which a training is long, and up to which it is short."""

_SHORT_NAMES = re.compile(r"^ffcv|^openmixup-mix/imagenet-1k-A3|/(100|200)e$")
_CLASSIC_NAMES = re.compile(
    r"^(pytorchcv/|gluoncv/|pycls/|pytorchinsight|liuzhuang|keras/mixed|tv/v1|tv/regnet-v1"
    r"|timm/(tv(?!2$)|gluon|pycls)|timm/(a3|c3|rvgg|rmsp)$"
    r"|timm/orig:(senet|res2net|tresnet|mobilenetv3)$"
    r"|timm/tf(:(?!resnet)|_adv|_ens)"
    r"|tv/classification#(googlenet|inception-v3|mobilenetv2)$|tv/port:squeezenet$"
    r"|d-li14/mbv2-cosine$|mmpretrain/imagenet_bs(256|1024_coslr)"
    r"|paddleclas/(ResNet|ResNeXt|SENet|others|mobile|DenseNet|Inception|RegNet|Res2Net|RepVGG)"
    r"( |$))|mnasnet_trainer"
)
_UNKNOWN_NAMES = ("mindcv/own-config", "openmixup/own-config")
_OWN_CIFAR_RECIPE = "gluon-own"
_PRETRAINED_BY_LABELS = frozenset(
    (
        *("in22k", "in21k", "in12k", "imagenet-1k", "imagenet-1k?"),
        *("in21k/in22k or other", "in1k/in21k", "none"),
    )
)


class _Training(Protocol):
    @property
    def dataset(self) -> str: ...
    @property
    def recipe(self) -> str: ...
    @property
    def epochs(self) -> float | None: ...
    @property
    def pretrain(self) -> str: ...
    @property
    def from_scratch(self) -> bool: ...


def more_data(training: _Training) -> float:
    """Return how much earlier data a training had: 0 none, 1 labelled images, 1.5 web data.

    A network that another one taught counts as if it had seen more labelled images.
    """
    if training.from_scratch:
        return 0.0
    return 1.0 if training.pretrain in _PRETRAINED_BY_LABELS else 1.5


def training_kind(training: _Training) -> float:
    """Return -1 for a classic training, 1 for a modern one, 0 where it is not known."""
    if training.dataset != "imagenet-1k":
        is_long = (training.epochs or 0) >= _LONG
        return MODERN if _OWN_CIFAR_RECIPE in training.recipe or is_long else CLASSIC
    return MODERN if more_data(training) > 0 else _imagenet_kind(training.recipe, training.epochs)


def _imagenet_kind(recipe: str, epochs: float | None) -> float:
    if _SHORT_NAMES.search(recipe):
        return CLASSIC
    if (epochs or 0) >= _LONG:
        return MODERN
    if _CLASSIC_NAMES.search(recipe):
        return CLASSIC
    if recipe in _UNKNOWN_NAMES:
        return UNKNOWN
    return CLASSIC if epochs and epochs <= _SHORT else MODERN
