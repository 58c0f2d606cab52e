"""One call of a network, traced for one sample."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from gennape.frontends.batch_axis import BatchAxis, BatchError, for_one_sample
from gennape.frontends.torch.inputs import tensors_inside
from gennape.frontends.torch.layer_names import LayerCallback
from gennape.frontends.torch.trace import Trace
from gennape.frontends.torch.tracer import Tracer
from gennape.graph import ComputationGraph
from gennape.utils.errors import GennapeError


@dataclass(frozen=True)
class Call:
    """A call that is traced.

    Attributes:
        run: Makes the call; gives its result. Its argument is to be told the name of each layer
            that begins.
        parameters: The tensors that stand for the learned parameters, by name.
        constants: Further tensors that exist before the call.
        inputs: The tensors it is given.
    """

    run: Callable[[LayerCallback], Any]
    parameters: Mapping[str, Tensor]
    constants: Sequence[Tensor]
    inputs: Sequence[Tensor]


class HiddenOperations(GennapeError, RuntimeError):
    """The result comes from calls that PyTorch did not announce, such as TorchScript."""


def traced(call: Call, name: str) -> ComputationGraph:
    """Trace one call: of one sample, where all inputs and results have an axis for samples.

    Raises:
        HiddenOperations: Some results come from calls that were not announced.
    """
    sizes = [tuple(tensor.shape) for tensor in call.inputs]
    return for_one_sample(sizes, partial(_traced_once, call, name))


def _traced_once(call: Call, name: str, place: BatchAxis | None, batch: int) -> ComputationGraph:
    """Trace one call whose inputs hold `batch` samples.

    Raises:
        BatchError: They do not, or what happens to them is not known.
    """
    trace = Trace(call.parameters, call.constants, batch)
    for tensor in call.inputs:
        trace.input(tensor, place if tensor.dim() else None)
    tracer = Tracer(trace)
    try:
        with torch.no_grad(), tracer:
            result = call.run(trace.enter_layer)
    except BatchError:
        raise
    except Exception as error:
        if tracer.hidden:
            raise _hidden_near(tracer) from error
        if not trace.has_end:
            if tracer.current:
                error.add_note(f"in {tracer.current}")
            raise
        trace.leave_out((), is_work=True)  # what follows the counted part needs values
        result = None
    if tracer.hidden:
        raise _hidden_near(tracer)
    trace.enter_layer("")
    outputs = tensors_inside(result)
    if not trace.ends and not any(map(trace.depends_on_input, outputs)):
        raise HiddenOperations("no tensor in its result is seen to depend on its input")
    graph = trace.graph(outputs, name)
    for function in trace.ends:
        warnings.warn(
            f"{name} is counted up to {function}, the size of whose result depends on the data",
            stacklevel=2,
        )
    return graph


def _hidden_near(tracer: Tracer) -> HiddenOperations:
    return HiddenOperations(f"operations near {tracer.hidden} are hidden by TorchScript")
