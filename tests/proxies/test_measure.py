"""What holds for every proxy, whatever it computes."""

import doctest
import gc
import math
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import nn

from gennape import spaces
from gennape.frontends import FrontendError, graph_of
from gennape.proxies import Batch, ProxyError, measure, names, score
from gennape.proxies.az_nas import AZ_NAS
from gennape.proxies.blocks import BlockStatistics, block_statistics
from proxy_networks import batch, make

RELU_PROXIES = {"naswot", "swap", "swap_reg"}


def _state(network: nn.Module) -> Iterator[torch.Tensor]:
    yield from network.state_dict().values()
    yield from (p.grad for p in network.parameters() if p.grad is not None)


@pytest.mark.parametrize("proxy", names())
def test_the_network_is_left_as_it_is(proxy: str, name: str) -> None:
    network = make(name)
    for layer in list(network.children())[::2]:
        layer.eval()
    next(network.parameters()).requires_grad_(False)
    for parameter in network.parameters():
        parameter.grad = torch.ones_like(parameter)
    before = [tensor.clone() for tensor in _state(network)]
    modes = [layer.training for layer in network.modules()]
    wanted = [parameter.requires_grad for parameter in network.parameters()]
    random = torch.get_rng_state()
    assert score(proxy, network, batch()).value is not None
    for tensor, old in zip(_state(network), before, strict=True):
        torch.testing.assert_close(tensor, old, rtol=0, atol=0)
    assert modes == [layer.training for layer in network.modules()]
    assert wanted == [parameter.requires_grad for parameter in network.parameters()]
    assert all(not layer._forward_hooks for layer in network.modules())
    if isinstance(network, nn.Sequential):
        assert network[2].inplace
    assert torch.equal(torch.get_rng_state(), random)


@pytest.mark.parametrize("proxy", names())
def test_no_proxy_depends_on_those_before_it(proxy: str, name: str) -> None:
    """Proxies share passes and a copy of the network, whose weights some replace."""
    together = {one.proxy: one for one in measure(reversed(names()), make(name), batch())}
    assert together[proxy].value == score(proxy, make(name), batch()).value


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


def test_mode_and_dropout_do_not_matter() -> None:
    """Batch norms use the batch, and dropout is off, in training and in evaluation."""
    values = [
        {one.proxy: one.value for one in measure(names(), network, batch())}
        for network in (make("chain").train(), make("chain").eval())
    ]
    assert values[0] == values[1]


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


def test_a_network_that_gives_nothing_has_reasons() -> None:
    """A cell of zeroes: no path leads from the image to the classes."""
    network = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))
    nn.init.zeros_(network[2].weight)
    for one in measure(names(), network, batch()):
        assert (one.value is None) == bool(one.missing)
        assert one.value is None or math.isfinite(one.value)


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


@pytest.mark.parametrize("classes", [10, 1000])
@pytest.mark.parametrize("size", [32, 224])
def test_any_number_of_classes_and_pixels(classes: int, size: int) -> None:
    network = nn.Sequential(
        nn.Conv2d(3, 4, 5, stride=4, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
        nn.Conv2d(4, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, classes),
    )  # fmt: skip
    graph = graph_of(network, (3, size, size))
    images = torch.randn(6, 3, size, size, generator=torch.Generator().manual_seed(0))
    pictures = Batch(images, torch.tensor([0, 1] * 3) * (classes - 1))
    first, again = (measure(names(), graph, pictures) for _ in range(2))
    assert [one.missing for one in first] == [""] * len(first)
    assert all(one.value is not None and math.isfinite(one.value) for one in first)
    assert [one.value for one in first] == [one.value for one in again]


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

    monkeypatch.setattr("gennape.proxies.proxy.block_statistics", counted)
    measure(AZ_NAS, make("chain"), batch())
    assert runs == [1]


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
    assert doctest.testmod(sys.modules["gennape.proxies.measure"]).failed == 0
