"""The tests of proxies find what is broken."""

from collections.abc import Callable

import pytest
import torch

from gennape.graph import Op
from gennape.proxies import MissingScore, Proxy, names
from gennape.proxies.prepared_network import PreparedNetwork
from gennape.testing import ProxyTests


def _weight(candidate: PreparedNetwork) -> float:
    """The sum of all weights, where there are ReLUs."""
    if not (candidate.graph.operations == Op.RELU).any():
        raise MissingScore("the network has no ReLU")
    return sum(float(parameter.detach().sum()) for parameter in candidate.module.parameters())


def _random(candidate: PreparedNetwork) -> float:
    return float(torch.rand(()))


def _nan(candidate: PreparedNetwork) -> float:
    return float("nan")


def _careless(candidate: PreparedNetwork) -> float:
    if any(isinstance(layer, torch.nn.SiLU) for layer in candidate.module.modules()):
        raise RuntimeError("no ReLU")
    return 1.0


def _changing(candidate: PreparedNetwork) -> float:
    with torch.no_grad():
        for parameter in candidate.model.parameters():  # type: ignore[union-attr]
            parameter.zero_()
    return 1.0


def _modal(candidate: PreparedNetwork) -> float:
    return float(candidate.model.training)  # type: ignore[union-attr]


def _sharing(candidate: PreparedNetwork) -> float:
    return float(len(candidate.used) + len(candidate._passes))


def _few_classes(candidate: PreparedNetwork) -> float:
    outputs = candidate.graph.output_shape[-1, 0]
    if outputs == 1000:
        raise MissingScore("the network has many classes")
    return 1.0


class TestCustomProxy(ProxyTests):
    """The tests pass for a custom proxy."""

    compute: Callable[[PreparedNetwork], float] = staticmethod(_weight)

    def make_proxy(self) -> Proxy:
        return Proxy("custom", self.compute)

    @pytest.mark.parametrize(
        ("compute", "test", "broken"),
        [
            (_nan, "values_are_finite", "custom of chain is None: its value is beyond"),
            (_careless, "odd_networks_have_values_or_reasons", "raises on no ReLU: .* no ReLU"),
            (_random, "same_seed_same_value", "chain"),
            (_random, "network_is_left_as_it_is", "random state"),
            (_changing, "network_is_left_as_it_is", "chain: the proxy changes 0.weight"),
            (_modal, "mode_and_dropout_do_not_matter", "chain"),
            (_sharing, "other_proxies_do_not_matter", "chain"),
            (_few_classes, "any_number_of_classes_and_pixels", "1000, 32 is None: .* many classes"),
        ],
    )
    def test_what_is_broken_is_found(
        self, compute: Callable[[PreparedNetwork], float], test: str, broken: str
    ) -> None:
        self.compute = compute
        with pytest.raises(AssertionError, match=broken):
            getattr(self, f"test_{test}")()


def test_a_custom_proxy_stands_beside_the_bundled_ones() -> None:
    assert "custom" not in names()


def test_what_is_tested_must_be_said() -> None:
    with pytest.raises(TypeError, match="must define make_proxy"):
        ProxyTests().test_values_are_finite()
