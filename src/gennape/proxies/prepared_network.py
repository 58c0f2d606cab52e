"""A network as proxies see it: copies to change, and shared passes.

The network handed over is never touched. Proxies work on a copy: batch norms use the
statistics of the batch, as in training and as all the papers have it; dropout and
stochastic depth are off, so that scores do not depend on chance; nothing works in place,
so that activations can be kept. A pass that several proxies need runs once.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, wraps
from typing import Any, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn
from torch.nn.modules.batchnorm import _BatchNorm

from gennape.frontends import graph_of
from gennape.graph import ComputationGraph
from gennape.proxies.batches import Batch
from gennape.proxies.blocks import BlockStatistics, block_statistics
from gennape.proxies.cost_meter import CostMeter, PassCost
from gennape.proxies.initial_weights import set_kaiming
from gennape.proxies.passes import (
    ActivationCodes,
    InputGradients,
    LayerGradient,
    MissingScore,
    activation_codes,
    input_gradients,
    layer_gradients,
)

Value = TypeVar("Value")


def _shared(compute: Callable[["PreparedNetwork"], Value]) -> Callable[["PreparedNetwork"], Value]:
    """Run a pass when it is first needed; its cost is that of each proxy that uses it."""
    name = compute.__name__

    @wraps(compute)
    def get(self: "PreparedNetwork") -> Value:
        if name not in self._passes:
            with CostMeter() as meter:
                value = compute(self)
            self._passes[name] = value, meter.cost
            self.just_run.append(meter.cost)
        result: Value
        result, cost = self._passes[name]
        self.used[name] = cost
        return result

    return get


class PreparedNetwork:
    """Network and the images it is judged with.

    Args:
        model: The network; a graph gets the initial weights of `seed`.
        batch: The images.
        seed: Of everything random.

    Attributes:
        used: Cost of each shared pass used since it was last cleared.
        just_run: Cost of each shared pass that ran since it was last cleared.
    """

    def __init__(self, model: ComputationGraph | nn.Module, batch: Batch, seed: int = 0) -> None:
        self.model = model
        self.batch = batch
        self.seed = seed
        self.used: dict[str, PassCost] = {}
        self.just_run: list[PassCost] = []
        self._passes: dict[str, tuple[Any, PassCost]] = {}

    @cached_property
    def graph(self) -> ComputationGraph:
        """Graph of the network."""
        if isinstance(self.model, ComputationGraph):
            return self.model
        return graph_of(self.model, tuple(self.batch.images.shape[1:]))

    @cached_property
    def module(self) -> nn.Module:
        """Copy of the network with its own weights."""
        if isinstance(self.model, ComputationGraph):
            return self.traced
        return _prepared(copy.deepcopy(self.model))

    @cached_property
    def traced(self) -> fx.GraphModule:
        """Network as straight-line code, made from its graph, with new weights."""
        with seeded(self.seed):
            module = self.graph.to_module(stand_ins=True)
        _prepared(module)
        assert isinstance(module, fx.GraphModule)
        return module

    @contextmanager
    def rewritten(
        self,
        module: nn.Module,
        rewrite: Callable[[nn.Module], None],
        dtype: torch.dtype = torch.float32,
    ) -> Iterator[nn.Module]:
        """Give the layers of `module` other weights by `rewrite`, one after another.

        Random weights follow the seed. The module then computes in `dtype`. Afterwards it is
        as it was. Copies of the weights are rewritten, since shared passes hold the weights.
        """
        weights = {parameter: parameter.data for parameter in module.parameters()}
        named = dict(module.named_parameters(remove_duplicate=False))
        buffers = {n: t.clone() for n, t in module.state_dict().items() if n not in named}
        try:
            for parameter, data in weights.items():
                parameter.data = data.clone()
            with seeded(self.seed), torch.no_grad():
                for layer in module.modules():
                    rewrite(layer)
            yield module.to(dtype)
        finally:
            module.float().load_state_dict(buffers, strict=False)
            for parameter, data in weights.items():
                parameter.data = data

    def outputs(self, module: nn.Module, images: Tensor) -> Tensor:
        """Compute the outputs for images; the first tensor where there are several."""
        result = module(images)
        while isinstance(result, tuple | list):
            result = result[0]
        if not isinstance(result, Tensor):
            raise MissingScore(f"the network returns a {type(result).__name__}, not a tensor")
        return result

    def loss(self, batch: Batch) -> Tensor:
        """Compute the mean cross-entropy of the class scores for a batch."""
        scores = self.outputs(self.module, batch.images)
        if scores.ndim != 2:
            raise MissingScore("the network gives no class scores, one vector an image")
        return F.cross_entropy(scores, self.labels(batch, scores.shape[1]))

    def labels(self, batch: Batch, classes: int) -> Tensor:
        """Return the labels of a batch, `(samples,)`; random ones where it has none.

        Raises:
            MissingScore: The network has too few outputs for the labels.
        """
        if batch.labels is None:
            return torch.randint(classes, (len(batch),), generator=self.generator())
        needed = int(batch.labels.max()) + 1
        if needed > classes:
            raise MissingScore(f"the network has {classes} outputs and the labels {needed} classes")
        return batch.labels

    @_shared
    def activation_codes(self) -> ActivationCodes:
        """Record which ReLUs fire for which images; one forward pass."""
        return activation_codes(self.module, self.batch.images)

    @_shared
    def input_gradients(self) -> InputGradients:
        """Compute gradients of the summed outputs by the images; one backward pass."""
        return input_gradients(lambda x: self.outputs(self.module, x), self.batch.images)

    @_shared
    def layer_gradients(self) -> list[LayerGradient]:
        """Compute gradients of the loss by the weights and outputs of each layer; one backward."""
        return layer_gradients(self.module, lambda: self.loss(self.batch))

    @_shared
    def block_statistics(self) -> BlockStatistics:
        """Compute features and gradients between blocks, for noise and normal weights."""
        with self.rewritten(self.traced, set_kaiming):
            noise = torch.randn(self.batch.images.shape, generator=self.generator())
            return block_statistics(self.traced, noise, self.seed)

    def generator(self) -> torch.Generator:
        """Make a generator that follows the seed."""
        return torch.Generator().manual_seed(self.seed)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed the random numbers of PyTorch inside; they go on as before outside."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def _prepared(module: nn.Module) -> nn.Module:
    module.float().eval().requires_grad_(True)
    module.zero_grad(set_to_none=True)
    for parameter in module.parameters():
        if parameter.ndim == 4:  # a third faster on CPUs
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    for layer in module.modules():
        if isinstance(layer, _BatchNorm):
            layer.train()
        if hasattr(layer, "inplace"):
            setattr(layer, "inplace", False)  # noqa: B010 -- of any kind of layer
    return module
