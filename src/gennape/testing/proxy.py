"""Tests of a zero-cost proxy."""

import copy
import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from gennape.frontends import graph_of
from gennape.proxies import Batch, Proxy, ProxyScore, measure, names
from gennape.testing.networks import SmallNetwork, odd_networks, small_batch, small_networks


class ProxyTests:
    """Tests that every zero-cost proxy passes.

    Example:
        ```python
        class TestMyProxy(ProxyTests):
            def make_proxy(self):
                return MY_PROXY
        ```
    """

    def make_proxy(self) -> Proxy:
        """Return the proxy that is tested."""
        raise TypeError(f"{type(self).__name__} must define make_proxy()")

    def networks(self) -> Sequence[SmallNetwork]:
        """Make networks of 3x8x8 images and 5 classes for which the proxy has a value."""
        return small_networks()[:2]

    def test_values_are_finite(self) -> None:
        """Ordinary networks have a finite value."""
        for network in self.networks():
            _value(self._measured(network.module), network.name)

    def test_odd_networks_have_values_or_reasons(self) -> None:
        """A network has a finite value, or `MissingScore` says why it has none."""
        for network in odd_networks():
            one = self._measured(network.module)
            assert (one.value is None) == bool(one.missing), f"{network.name}: {one}"
            assert one.value is None or math.isfinite(one.value), f"{network.name}: {one}"
            is_error = one.missing.startswith("the network fails")
            assert not is_error, f"the proxy raises on {network.name}: {one.missing}"

    def test_same_seed_same_value(self) -> None:
        """A graph gets the weights of the seed, and its value follows."""
        for network in self.networks():
            graph = graph_of(network.module, network.input_shape)
            first, again = (measure([self.make_proxy()], graph, small_batch())[0] for _ in "ab")
            assert _value(first, network.name) == _value(again, network.name), network.name

    def test_network_is_left_as_it_is(self) -> None:
        """Weights, gradients, modes, hooks and the random state stay."""
        for network in self.networks():
            module = _half_trained(network.module)
            before, random = _state(module), torch.get_rng_state()
            one = self._measured(module)
            _value(one, network.name)
            after = _state(module)
            changed = [key for key, tensor in before.items() if not torch.equal(after[key], tensor)]
            assert not changed, f"{network.name}: the proxy changes {', '.join(changed)}"
            is_same = torch.equal(torch.get_rng_state(), random)
            assert is_same, "the proxy changes the random state of PyTorch"

    def test_mode_and_dropout_do_not_matter(self) -> None:
        """Batch norms use the batch and dropout is off, in training and in evaluation."""
        for network in self.networks():
            modes = network.module.train(), copy.deepcopy(network.module).eval()
            training, evaluation = (_value(self._measured(m), network.name) for m in modes)
            assert training == evaluation, network.name

    def test_other_proxies_do_not_matter(self) -> None:
        """Proxies share passes and a copy of the network, whose weights some replace."""
        proxy = self.make_proxy()
        for network in self.networks():
            others = [name for name in reversed(names()) if name != proxy.name]
            together = measure([*others, proxy], network.module, small_batch())[-1]
            alone = self._measured(network.module)
            assert together.value == alone.value, network.name

    def test_any_number_of_classes_and_pixels(self) -> None:
        """Values are finite and repeat for 10 and 1000 classes of 32 and 224 pixels."""
        for size in (32, 224):
            for classes in (10, 1000):
                graph = graph_of(_strided(classes), (3, size, size))
                images = torch.randn(6, 3, size, size, generator=torch.Generator().manual_seed(0))
                batch = Batch(images, torch.tensor([0, 1] * 3) * (classes - 1))
                values = [
                    _value(measure([self.make_proxy()], graph, batch)[0], f"{classes}, {size}")
                    for _ in range(2)
                ]
                assert values[0] == values[1], f"{classes} classes, {size} pixels"

    def _measured(self, module: nn.Module) -> ProxyScore:
        """Measure the proxy of a module on the small batch."""
        return measure([self.make_proxy()], module, small_batch())[0]


def _value(one: ProxyScore, network: str) -> float:
    """Return the value of a score that must have one."""
    has_value = one.value is not None and math.isfinite(one.value)
    assert has_value, f"{one.proxy} of {network} is {one.value}: {one.missing}"
    assert not one.missing, f"{one.proxy} of {network} has a value and a reason: {one.missing}"
    return one.value or 0.0


def _half_trained(module: nn.Module) -> nn.Module:
    """Give every parameter a gradient, freeze one and put half of the layers into evaluation."""
    for layer in list(module.children())[::2]:
        layer.eval()
    for parameter in module.parameters():
        parameter.grad = torch.ones_like(parameter)
    next(module.parameters()).requires_grad_(False)
    return module


def _state(module: nn.Module) -> dict[str, Tensor]:
    """Copy all that a proxy could change."""
    return {name: tensor.clone() for name, tensor in _state_of(module)}


def _state_of(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    yield from module.state_dict().items()
    for name, parameter in module.named_parameters():
        yield f"requires_grad of {name}", torch.tensor(parameter.requires_grad)
        if parameter.grad is not None:
            yield f"grad of {name}", parameter.grad
    for name, layer in module.named_modules():
        yield f"mode of {name}", torch.tensor(layer.training)
        yield f"hooks of {name}", torch.tensor(len(layer._forward_hooks))
        yield f"inplace of {name}", torch.tensor(bool(getattr(layer, "inplace", False)))


def _strided(classes: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 4, 5, stride=4, bias=False),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Conv2d(4, 8, 3, padding=1, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, classes),
    )
