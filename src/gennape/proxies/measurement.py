"""Proxies of one network."""

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from torch import nn

from gennape.frontends import FrontendError, graph_of
from gennape.graph import ComputationGraph, GraphError, Op
from gennape.proxies.batches import NOISE, Batch, make_batch
from gennape.proxies.cost_meter import CostMeter
from gennape.proxies.errors import ProxyError
from gennape.proxies.passes import MissingScore
from gennape.proxies.prepared_network import PreparedNetwork
from gennape.proxies.proxy import Proxy
from gennape.proxies.registry import get
from gennape.utils.memory import fits_into_memory

Model = ComputationGraph | nn.Module | str | os.PathLike[str]

BATCH_SIZE = 64


@dataclass(frozen=True)
class ProxyScore:
    """Proxy of one network.

    Attributes:
        proxy: Its name.
        value: Higher is better; finite, or None where the network has none.
        missing: Why it has none, else empty.
        milliseconds: Wall time, shared passes included.
        peak_bytes: The most memory that tensors held at once, the network's weights and
            the images not counted.
    """

    proxy: str
    value: float | None
    missing: str
    milliseconds: float
    peak_bytes: int


def score(
    proxy: str | Proxy,
    model: Model,
    data: str | os.PathLike[str] | Batch = NOISE,
    batch_size: int = BATCH_SIZE,
    seed: int = 0,
    input_shape: Sequence[int] | None = None,
) -> ProxyScore:
    """Compute one proxy of a network; see `measure`.

    Examples:
        >>> from gennape.graph import GraphBuilder
        >>> build = GraphBuilder()
        >>> x = build.relu(build.conv(build.input((3, 8, 8)), 4, kernel=3))
        >>> x = build.linear(build.flatten(build.global_avg_pool(x)), 10)
        >>> _ = build.output(x)
        >>> score("depth", build.build()).value
        2.0
    """
    return measure([proxy], model, data, batch_size, seed, input_shape)[0]


def measure(
    proxies: Iterable[str | Proxy],
    model: Model,
    data: str | os.PathLike[str] | Batch = NOISE,
    batch_size: int = BATCH_SIZE,
    seed: int = 0,
    input_shape: Sequence[int] | None = None,
) -> list[ProxyScore]:
    """Compute proxies of a network; passes that several of them need run once.

    The network is left as it is. A module is judged with its own weights, a graph with
    initial ones.

    Args:
        proxies: Names of bundled proxies, or custom proxies.
        model: A graph, a module, or a file or name that `gennape.graph_of` reads.
        data: "noise"; CIFAR-10's Parquet file or its folder; or a custom batch.
        batch_size: How many images, unless a batch is given.
        seed: Of weights, noise and the choice of images.
        input_shape: Sizes of one input for networks that do not state them.

    Raises:
        ProxyError: A proxy or the input shape is unknown, or a tensor of the network is larger
            than the memory of this machine.
        FrontendError: The model cannot be read.
        BenchmarkError: The data cannot be read.

    Examples:
        >>> scores = measure(["parameters", "synflow", "swap"], "nasbench201:"
        ...     "|skip_connect~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|", batch_size=2)
        >>> [(one.proxy, one.missing) for one in scores]
        [('parameters', ''), ('synflow', ''), ('swap', '')]
    """
    wanted = [one if isinstance(one, Proxy) else get(one) for one in proxies]
    network = graph_of(model, input_shape) if isinstance(model, str | os.PathLike) else model
    if not isinstance(data, Batch):
        shape = _input_shape(network, input_shape)
        _refuse_beyond_memory(network, batch_size, shape)
        data = make_batch(data, batch_size, shape, seed)
    prepared = PreparedNetwork(network, data, seed)
    return [_measured(proxy, prepared) for proxy in wanted]


def _input_shape(
    network: ComputationGraph | nn.Module, input_shape: Sequence[int] | None
) -> Sequence[int]:
    if not isinstance(network, ComputationGraph):
        if input_shape is None:
            raise ProxyError("a module does not state its input; give its input_shape")
        return input_shape
    inputs = network.operations == Op.INPUT
    if inputs.sum() != 1:
        raise ProxyError(f"the network has {inputs.sum()} inputs; proxies need one image input")
    shape: list[int] = network.output_shape[inputs][0].tolist()
    return shape


def _refuse_beyond_memory(
    network: ComputationGraph | nn.Module, batch_size: int, input_shape: Sequence[int]
) -> None:
    """Refuse a network one tensor of which fills the memory, before anything is computed."""
    elements = math.prod(input_shape)
    if isinstance(network, ComputationGraph):
        elements = max(elements, int(network.output_shape.astype(np.int64).prod(axis=1).max()))
    if not fits_into_memory(elements * batch_size):
        raise ProxyError(
            f"a tensor of {elements:,} elements for each of {batch_size} images does not fit into "
            "memory; give a smaller network, or fewer images"
        )


def _measured(proxy: Proxy, prepared: PreparedNetwork) -> ProxyScore:
    """Compute a proxy and its cost, its share of earlier passes included."""
    value: float | None = None
    missing = ""
    prepared.used.clear()
    prepared.just_run.clear()
    meter = CostMeter()
    try:
        if not proxy.reads_graph_only:
            prepared.module  # noqa: B018 -- made outside the clock, as no proxy's own work
        with meter:
            found = proxy.compute(prepared)
        if math.isfinite(found):
            value = found + 0.0  # no negative zero
        else:
            missing = "its value is beyond what numbers can hold"
    except (MissingScore, GraphError, FrontendError) as error:
        missing = str(error)
    except (RuntimeError, NotImplementedError) as error:
        missing = f"the network fails: {' '.join(str(error).split())}"
    passes = prepared.used.values()
    own = meter.cost.milliseconds - sum(cost.milliseconds for cost in prepared.just_run)
    return ProxyScore(
        proxy.name,
        value,
        missing,
        own + sum(cost.milliseconds for cost in passes),
        max([meter.cost.peak_bytes, *(cost.peak_bytes for cost in passes)]),
    )
