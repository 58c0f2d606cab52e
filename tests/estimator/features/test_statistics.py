from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch import nn

from gennape import graph_of
from gennape.estimator import DEFAULT
from gennape.estimator.features.statistics import STATISTICS
from gennape.estimator.models.registry import ENCODERS
from gennape.frontends.torch import trace_module
from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, canonical
from helpers.onnx_files import call, save_onnx
from helpers.random_networks import networks

LOG3, LOG5 = np.log2(3), np.log2(5)


def _statistics(*graphs: ComputationGraph) -> list[dict[str, float]]:
    features = ENCODERS[DEFAULT.encoder].features(canonical(GraphBatch.of(list(graphs))))
    return [dict(zip(STATISTICS, row.tolist(), strict=True)) for row in features.statistics]


def _plain() -> ComputationGraph:
    """3x3 convolutions from 3 to 4 channels on 8x8 and, of stride 2, on 4x4; ten classes."""
    build = GraphBuilder()
    x = build.relu(build.conv(build.input((3, 8, 8)), 4, kernel=3))
    x = build.relu(build.conv(x, 4, kernel=3, stride=2))
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), 10))
    return build.build()


MACS = np.array([64 * 4 * 27, 16 * 4 * 36, 40])
PARAMETERS = np.array([4 * 27, 4 * 36, 50])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("log_macs", np.log10(MACS.sum() + 1)),
        ("log_params_body", np.log10(PARAMETERS[:2].sum() + 1)),
        ("log_params", np.log10(PARAMETERS.sum() + 1)),
        ("head_params", np.log10(50)),
        ("log_activations", np.log10(4 * 64 + 4 * 16 + 10 + 1)),
        ("log_side_last", 2),
        ("log_input_side", 3),
        ("log_layers", 2),
        ("path_longest", 2),
        ("path_short_long", 1),
        ("layers_per_depth", 0),
        ("width_stem", LOG5),
        ("width_last", LOG5),
        ("width_max", LOG5),
        ("stem_reduction", 0),
        ("last_reduction", 1),
        ("kernel_mean", 2 * LOG3 / 3),
        ("num_strided", 1),
        ("num_asym", 0),
        ("group_width", -1),
        ("fan_in", (np.log2(27) + np.log2(36) + 2) / 3),
        ("count_relu", LOG3),
        ("rate_relu", 2 / 5),
        ("count_global_pool", 1),
        ("count_gelu", 0),
        ("macs_dense", MACS[:2].sum() / MACS.sum()),
        ("params_linear", 50 / PARAMETERS.sum()),
        ("num_linear", 1 / 3),
        ("num_depthwise3", 0),
        ("stage0_layers", 1),
        ("stage1_layers", 1),
        ("stage2_layers", 0),
        ("stage0_macs", MACS[0] / MACS.sum()),
        ("stage1_width", LOG5),
        ("has_se", 0),
    ],
)
def test_by_hand(name: str, expected: float) -> None:
    assert _statistics(_plain())[0][name] == pytest.approx(expected, abs=1e-5)


def test_kinds_of_convolutions() -> None:
    """Pointwise, depthwise of 3 and of 7, grouped, dilated, and 1x5."""
    build = GraphBuilder()
    x = build.conv(build.input((3, 16, 16)), 8, kernel=1)
    x = build.conv(x, 8, kernel=3, groups=8)
    x = build.conv(x, 8, kernel=7, groups=8)
    x = build.conv(x, 8, kernel=3, groups=2)
    x = build.conv(x, 8, kernel=3, dilation=2)
    build.output(build.conv(x, 8, kernel=(1, 5)))
    (found,) = _statistics(build.build())
    kinds = ("pointwise", "depthwise3", "depthwise_large", "grouped", "dense")
    expected = [1 / 6, 1 / 6, 1 / 6, 1 / 6, 2 / 6]
    np.testing.assert_allclose([found[f"num_{kind}"] for kind in kinds], expected, rtol=1e-6)
    assert found["num_asym"] == found["num_dilated"] == pytest.approx(1 / 6)
    assert found["group_width"] == pytest.approx(2)


def test_squeeze_and_excitation_is_a_product_with_one_place() -> None:
    build = GraphBuilder()
    x = build.conv(build.input((3, 8, 8)), 4, kernel=1)
    x = build.mul(x, build.conv(build.global_avg_pool(x), 4, kernel=1))
    build.output(build.mul(x, build.conv(x, 4, kernel=1)))
    (found,) = _statistics(build.build())
    assert found["has_se"] == 1
    assert found["num_se"] == pytest.approx(1 / 3)


def test_branches_of_different_depth() -> None:
    """One convolution beside three: paths of 1, 3 and, in the mean, 2."""
    build = GraphBuilder()
    x = build.input((4, 8, 8))
    y = build.conv(build.conv(build.conv(x, 4, kernel=3), 4, kernel=3), 4, kernel=3)
    build.output(build.add(build.conv(x, 4, kernel=1), y))
    (found,) = _statistics(build.build())
    assert found["path_longest"] == pytest.approx(2)
    assert found["path_shortest"] == pytest.approx(1)
    assert found["path_mean"] == pytest.approx(LOG3)
    assert found["path_short_long"] == pytest.approx(2 / 4)
    assert found["layers_per_depth"] == pytest.approx(np.log2(5 / 4))


def test_a_module_and_its_export_with_folded_batch_norm_are_alike(tmp_path: Path) -> None:
    module = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 10),
    )
    nodes = [
        call("Conv", "x w b", "c", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        call("Relu", "c", "r"),
        call("GlobalAveragePool", "r", "g"),
        call("Flatten", "g", "f"),
        call("Gemm", "f v d", "y", transB=1),
    ]
    weights = {"w": (8, 3, 3, 3), "b": (8,), "v": (10, 8), "d": (10,)}
    path = save_onnx(tmp_path / "net.onnx", nodes, {"x": (1, 3, 16, 16)}, weights)
    with torch.no_grad():
        traced = trace_module(module.eval(), (3, 16, 16))
    by_module, by_file = _statistics(traced, graph_of(path))
    counted = {name for name in STATISTICS if name.startswith(("log_params", "params_"))}
    others = {name: value for name, value in by_file.items() if name not in counted}
    assert {name: by_module[name] for name in others} == pytest.approx(others, abs=1e-6)
    saved = 10 ** by_module["log_params"] - 10 ** by_file["log_params"]
    assert saved == pytest.approx(8, abs=1e-3)  # eight scales are part of the weights


@settings(max_examples=30)
@given(networks())
def test_every_network_has_finite_statistics(graph: ComputationGraph) -> None:
    assert np.isfinite(list(_statistics(graph)[0].values())).all()


def test_company_does_not_matter() -> None:
    build = GraphBuilder()
    build.output(build.conv(build.input((3, 32, 32)), 64, kernel=5))
    other = build.build()
    assert _statistics(other, _plain(), other)[1] == pytest.approx(_statistics(_plain())[0])
