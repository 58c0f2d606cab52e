"""Whole networks of timm; all 98 are in benchmarks/executed_timm.py."""

import pytest
import torch

from gennape import graph_of
from gennape.utils.optional_imports import import_library
from helpers.executed import assert_same, module_of_network, with_other_numbers

timm = import_library("timm")


@pytest.mark.parametrize("name", ["test_vit", "test_resnet", "test_convnext", "test_nfnet"])
def test_small_models(name: str) -> None:
    model = with_other_numbers(timm.create_model(name))
    x = torch.randn(2, *model.default_cfg["input_size"])
    assert_same(model, module_of_network(model, x), x)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "swin_tiny_patch4_window7_224",
        "swinv2_tiny_window16_256",
        "mvitv2_tiny",
        "levit_128s",
        "halonet_h1",
        "sequencer2d_s",
        "volo_d1_224",
        "crossvit_tiny_240",
        "efficientvit_m0",
    ],
)
def test_models(name: str) -> None:
    model = with_other_numbers(timm.create_model(name))
    x = torch.randn(2, *model.default_cfg["input_size"])
    assert_same(model, module_of_network(model, x), x)


@pytest.mark.slow
def test_swin_can_be_trained_with_stand_ins() -> None:
    module = graph_of("timm:swin_tiny_patch4_window7_224").to_module(stand_ins=True).train()
    module(torch.randn(2, 3, 224, 224)).sum().backward()
    assert all(p.grad is not None for p in module.parameters())


@pytest.mark.slow
def test_another_size_than_the_model_was_made_for() -> None:
    model = with_other_numbers(timm.create_model("vgg11"))
    x = torch.randn(2, 3, 96, 96)
    assert_same(model, module_of_network(model, x), x)
