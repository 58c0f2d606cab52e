"""Measurements of several proxies, their seeds, costs and failures."""

import doctest
import gc
import math
import sys
from typing import Any

import pytest
import torch
from torch import nn

from gennape import spaces
from gennape.frontends import FrontendError, graph_of
from gennape.graph import GraphBuilder, GraphError
from gennape.proxies import Batch, Proxy, ProxyError, measure, names, score
from gennape.proxies.blocks import BlockStatistics, block_statistics
from gennape.proxies.registry import VOTES
from helpers.proxy_networks import batch, make

RELU_PROXIES = {"naswot", "swap", "swap_reg"}


def test_the_seed_decides() -> None:
    graph = graph_of(make("chain"), (3, 8, 8))
    first, again, other = (
        {one.proxy: one.value for one in measure(names(), graph, batch(), seed=seed)}
        for seed in (0, 0, 1)
    )
    assert first == again
    assert None not in first.values()
    same = {proxy for proxy in first if first[proxy] == other[proxy]}
    constant_weights = {"epsinas"}
    assert same == {"macs", "parameters", "depth", "receptive_field"} | constant_weights


def test_without_relus_there_are_no_patterns() -> None:
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.SiLU(), nn.Conv2d(4, 4, 3), nn.SiLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5),
    )  # fmt: skip
    for one in measure(names(), network, batch()):
        if one.proxy in RELU_PROXIES:
            assert one.value is None
            assert one.missing == "the network has no ReLU or ReLU6, whose patterns it counts"
        else:
            assert one.missing == ""
            assert one.value is not None and math.isfinite(one.value)


def test_values_beyond_numbers_are_missing() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(192, 5))
    nn.init.constant_(network[1].weight, 1e38)
    result = score("l2_norm", network, batch())
    assert (result.value, result.missing) == (None, "its value is beyond what numbers can hold")


def test_a_network_that_fails_says_how() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(7, 5))
    result = score("grad_norm", network, batch())
    assert result.value is None
    assert result.missing.startswith("the network fails: mat1 and mat2 shapes cannot be multiplied")


def test_labels_must_fit_the_outputs() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(192, 3))
    missing = score("snip", network, batch()).missing
    assert missing == "the network has 3 outputs and the labels 5 classes"


@pytest.mark.parametrize("operation", ["none", "skip_connect", "avg_pool_3x3", "nor_conv_1x1"])
def test_cells_of_one_operation_have_values_or_reasons(operation: str) -> None:
    family = spaces.get("nasbench201", resolution=8)
    cell = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|".replace("none", operation)
    for one in measure(names(), family.graph(family.parse(cell)), batch_size=4):
        assert (one.value is None) == bool(one.missing)
        assert one.value is None or math.isfinite(one.value)


@pytest.mark.parametrize(
    "proxies",
    [("swap", "naswot"), ("jacov", "epe_nas"), ("snip", "grad_norm", "plain", "fisher")],
)
def test_a_pass_that_several_need_runs_once(proxies: tuple[str, ...]) -> None:
    runs: list[int] = []

    class Count(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            runs.append(len(x))
            return x

    network = nn.Sequential(Count(), nn.Flatten(), nn.Linear(192, 5), nn.ReLU())
    measure(proxies, network, batch())
    assert runs == [8]


def test_the_parts_of_az_nas_share_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []

    def counted(*arguments: Any) -> BlockStatistics:
        runs.append(1)
        return block_statistics(*arguments)

    monkeypatch.setattr("gennape.proxies.prepared_network.block_statistics", counted)
    measure(VOTES["az_nas"], make("chain"), batch())
    assert runs == [1]


def test_weights_of_a_shared_pass_outlive_their_rewriting() -> None:
    """Synflow takes absolute values of the weights whose gradients two others share."""
    alone = score("plain", make("chain"), batch()).value
    assert measure(["snip", "synflow", "plain"], make("chain"), batch())[-1].value == alone


def test_costs_of_shared_passes_count_for_each() -> None:
    swap, naswot = measure(["swap", "naswot"], make("chain"), batch())
    assert swap.peak_bytes == naswot.peak_bytes
    assert min(swap.milliseconds, naswot.milliseconds) > 0


def test_memory_is_that_of_the_tensors_made() -> None:
    """A ReLU on 8 x 192 numbers makes as many, and a mask of bytes beside them."""
    network = nn.Sequential(nn.Flatten(), nn.ReLU())
    assert score("swap", network, batch()).peak_bytes == 8 * 192 * (4 + 1)


def _tensors() -> int:
    gc.collect()
    return sum(type(thing) is torch.Tensor for thing in gc.get_objects())


def test_no_activation_outlives_the_measurement(name: str) -> None:
    """Pools of many networks would fill the memory."""
    network, images = make(name), batch()
    before = _tensors()
    measure(names(), network, images)
    assert _tensors() == before


def test_a_proxy_of_ones_own() -> None:
    double = Proxy("double", lambda candidate: 2.0 * candidate.graph.macs)
    own, macs = measure([double, "macs"], make("chain"), batch())
    assert (own.proxy, own.value) == ("double", 2 * graph_of(make("chain"), (3, 8, 8)).macs)
    assert macs.value is not None and own.value == 2 * abs(macs.value)
    assert score(double, make("chain"), batch()).value == own.value


def test_a_module_needs_its_input_shape() -> None:
    with pytest.raises(ProxyError, match="give its input_shape"):
        score("swap", make("chain"))


def test_a_file_that_is_none() -> None:
    with pytest.raises(FrontendError, match="absent"):
        score("swap", "absent.onnx")


def test_a_batch_of_one_has_no_statistics() -> None:
    with pytest.raises(ValueError, match="at least 2 images"):
        score("swap", make("chain"), batch_size=1, input_shape=(3, 8, 8))


def test_without_labels_they_are_random() -> None:
    images = batch().images
    first, again = (score("snip", make("chain"), Batch(images), seed=0).value for _ in range(2))
    assert first == again
    assert first != score("snip", make("chain"), Batch(images), seed=1).value


def test_the_examples_run() -> None:
    assert doctest.testmod(sys.modules["gennape.proxies.measurement"]).failed == 0


def test_networks_beyond_memory_are_refused_before_they_run() -> None:
    build = GraphBuilder()
    x = build.relu(build.conv(build.input((4, 8, 8)), 1 << 20, kernel=1, bias=False))
    _ = build.output(build.conv(x, 1 << 30, kernel=1, bias=False))
    graph = build.build()
    with pytest.raises(ProxyError, match="68,719,476,736 elements"):
        measure(["macs"], graph)
    with pytest.raises(GraphError, match="parameters do not fit into memory"):
        graph.to_module()
    shown = measure(["macs", "l2_norm"], graph, batch())
    assert shown[0].value == graph.macs
    assert "do not fit into memory" in shown[1].missing
