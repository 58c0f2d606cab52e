"""Backbones of detectors and segmentation networks."""

import numpy as np
import pytest
import torch

from gennape import graph_of
from gennape.graph import ComputationGraph, GraphBuilder, GraphError
from gennape.graph.backbone import CLASSES, backbone


def _stages(build: GraphBuilder) -> list[int]:
    """A residual backbone of three stages on images of 32 pixels, with a gate in the last."""
    x = build.relu(build.batch_norm(build.conv(build.input((3, 32, 32)), 8, kernel=3)))
    maps = [x]
    for channels in (16, 32):
        x = build.conv(x, channels, kernel=3, stride=2)
        y = build.batch_norm(build.conv(build.relu(x), channels, kernel=3))
        x = build.relu(build.add(x, y))
        maps.append(x)
    gate = build.conv(build.global_avg_pool(x), 32)
    x = build.mul(x, gate)
    return [*maps[:-1], build.relu(build.batch_norm(build.conv(x, 32)))]


def _classifier() -> ComputationGraph:
    build = GraphBuilder()
    pooled = build.flatten(build.global_avg_pool(_stages(build)[-1]))
    build.output(build.linear(pooled, CLASSES))
    return build.build("classifier")


def _detector() -> ComputationGraph:
    """A feature pyramid with an output for each of two resolutions."""
    build = GraphBuilder()
    _, fine, coarse = _stages(build)
    coarse = build.conv(coarse, 12)
    fine = build.add(build.conv(fine, 12), build.resize(coarse, (16, 16)))
    for level in (fine, coarse):
        build.output(build.conv(build.conv(level, 64, kernel=3), 6))
    return build.build("detector")


def _segmentation() -> ComputationGraph:
    """A decoder that is wider than the encoder, and an output as large as the image."""
    build = GraphBuilder()
    x = build.resize(_stages(build)[-1], (32, 32))
    build.output(build.conv(build.conv(x, 64, kernel=3), 5))
    return build.build("segmentation")


def _enlarged_image() -> ComputationGraph:
    build = GraphBuilder()
    x = build.resize(build.input((3, 8, 8)), (16, 16))
    build.output(build.conv(build.conv(x, 8, kernel=3, stride=2), 4))
    return build.build("enlarged")


def test_a_segmentation_network_becomes_the_classifier_of_its_encoder() -> None:
    assert backbone(_segmentation()).fingerprint == _classifier().fingerprint


def test_a_classifier_stays_what_it_is() -> None:
    assert backbone(_classifier()).fingerprint == _classifier().fingerprint


def test_an_image_may_be_enlarged_before_the_first_convolution() -> None:
    graph = backbone(_enlarged_image())
    assert graph.parameters == 8 * 3 * 9 + 8 * CLASSES + CLASSES
    assert graph.macs == 8 * 8 * 8 * 3 * 9 + 8 * CLASSES


def test_a_wide_head_of_one_output_is_no_backbone() -> None:
    graph = backbone(_detector())
    assert graph.fingerprint == _classifier().fingerprint


def test_a_backbone_runs() -> None:
    scores = backbone(_detector()).to_module()(torch.randn(2, 3, 32, 32))
    assert scores.shape == (2, CLASSES)


def test_the_name_stays() -> None:
    assert backbone(_detector()).name == "detector"


def test_without_a_common_convolution_there_is_no_backbone() -> None:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    build.output(build.conv(x, 4))
    build.output(build.conv(x, 5))
    with pytest.raises(GraphError, match="two has no backbone"):
        backbone(build.build("two"))


@pytest.mark.parametrize("name", ["fcn_resnet50", "deeplabv3_resnet50"])
def test_segmentation_networks_of_torchvision_see_with_resnet50(name: str) -> None:
    graph = backbone(graph_of(f"torchvision:{name}"))
    assert graph.parameters == 25_557_032  # of torchvision's resnet50
    assert (graph.output_shape[-1] == np.array([CLASSES, 1, 1])).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["retinanet_resnet50_fpn", "fasterrcnn_resnet50_fpn"])
def test_detectors_of_torchvision_see_with_resnet50(name: str) -> None:
    assert backbone(graph_of(f"torchvision:{name}")).parameters == 25_557_032
