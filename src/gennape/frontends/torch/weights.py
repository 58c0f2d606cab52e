"""The numbers of a network beside its graph, so that a module of the graph computes the same."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from gennape.frontends.errors import FrontendError
from gennape.frontends.torch.copies import on_copies
from gennape.frontends.torch.trace import Trace
from gennape.frontends.torch.traced_values import tensors_in
from gennape.frontends.torch.tracer import Tracer
from gennape.graph import ComputationGraph
from gennape.graph.execute.assembly import Weights


def graph_and_weights(
    module: nn.Module, inputs: Sequence[Tensor]
) -> tuple[ComputationGraph, Weights]:
    """Trace a network while it computes, and keep the tensors that each node works with.

    Args:
        module: The network; it is left exactly as it was.
        inputs: Example inputs, one sample each, the batch first.

    Returns:
        The graph and, by node, its tensors: what `ComputationGraph.to_module` takes.

    Raises:
        FrontendError: The network hides operations from the trace.
    """
    with on_copies(module, Tensor.clone) as parameters, torch.no_grad():
        held = chain.from_iterable(part.__dict__.values() for part in module.modules())
        trace = Trace(parameters, [*module.buffers(), *tensors_in(held)])
        for tensor in inputs:
            trace.input(tensor)
        tracer = Tracer(trace)
        with tracer:
            result = module(*inputs)
        name = type(module).__name__
        outputs = [leaf for leaf in tree_leaves(result) if isinstance(leaf, Tensor)]
        graph = trace.graph(outputs, name)
    if tracer.hidden or trace.unannounced:
        raise FrontendError(
            f"{name} hides operations from the trace, as TorchScript does, so that its numbers are "
            "not seen; give a module without them"
        )
    return graph, {node: tuple(_fixed(t) for t in given) for node, given in trace.tensors.items()}


def _fixed(tensor: Any) -> Tensor | None:
    """A tensor's numbers by themselves; nothing where it has none."""
    return None if tensor is None or tensor.is_meta else tensor.detach()
