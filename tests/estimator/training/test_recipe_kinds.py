from dataclasses import dataclass

import pytest

from gennape.estimator.training.recipe_kinds import (
    CLASSIC,
    MODERN,
    UNKNOWN,
    more_data,
    training_kind,
)


@dataclass(frozen=True)
class _Training:
    recipe: str = "somebody"
    epochs: float | None = None
    dataset: str = "imagenet-1k"
    pretrain: str = "none"
    from_scratch: bool = True


@pytest.mark.parametrize(
    ("training", "kind"),
    [
        (_Training(epochs=90), CLASSIC),
        (_Training(epochs=300), MODERN),
        (_Training(epochs=200), MODERN),
        (_Training(), MODERN),
        (_Training("pytorchcv/gluon-own:imagenet-1k"), CLASSIC),
        (_Training("pytorchcv/gluon-own:imagenet-1k", epochs=350), MODERN),
        (_Training("timm/a3", epochs=100), CLASSIC),
        (_Training("timm/a1", epochs=600), MODERN),
        (_Training("timm/tv"), CLASSIC),
        (_Training("timm/tv2"), MODERN),
        (_Training("openmixup-mix/imagenet-1k-deit/Mixup/300e", epochs=300), MODERN),
        (_Training("openmixup-mix/imagenet-1k-basic/Mixup/100e"), CLASSIC),
        (_Training("mindcv/own-config"), UNKNOWN),
        (_Training("paddleclas/ResNet"), CLASSIC),
        (_Training("paddleclas/ConvNeXt"), MODERN),
        (_Training("pycls/dds-100e", pretrain="in22k", from_scratch=False), MODERN),
        (_Training("pytorchcv/gluon-own:cifar10", dataset="cifar10"), MODERN),
        (_Training("weiaicunzai/200e", epochs=200, dataset="cifar100"), CLASSIC),
        (_Training(epochs=300, dataset="cifar10"), MODERN),
    ],
)
def test_kinds(training: _Training, kind: float) -> None:
    assert training_kind(training) == kind


@pytest.mark.parametrize(
    ("pretrain", "from_scratch", "amount"),
    [
        ("none", True, 0.0),
        ("in22k", False, 1.0),
        ("none", False, 1.0),
        ("laion2b", False, 1.5),
        ("jft300m", False, 1.5),
    ],
)
def test_amount_of_earlier_data(pretrain: str, from_scratch: bool, amount: float) -> None:
    """A distilled network is not from scratch, even without earlier data."""
    assert more_data(_Training(pretrain=pretrain, from_scratch=from_scratch)) == amount
