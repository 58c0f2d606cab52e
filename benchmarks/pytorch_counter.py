"""An independent count of PyTorch modules: PyTorch's own `FlopCounterMode`, on no numbers.

Attention is counted by its plain formula, recurrent layers step by step, experts one by one and
deformable convolutions as convolutions: the counter itself leaves out their fused operators.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from math import prod
from typing import Any

import torch
from counted_networks import Prepared, prepared, tensors
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode


def count_pytorch(name: str, network: Prepared) -> tuple[int, str]:
    """Count multiply-accumulates; further, say where the count ended if not at the end."""
    if not name.startswith("transformers:"):
        with suppress(Exception):  # it needs numbers
            return _run(network, "meta", _counter()), ""
    network = prepared(name, "cpu")
    if hasattr(network.module, "set_experts_implementation"):
        network.module.set_experts_implementation("eager")
    counter = _counter()
    try:
        return _run(network, "cpu", counter), ""
    except Exception as error:  # it needs an operator that is not there, or other numbers
        operator = re.search(r"'(\w+::\w+)'", str(error))
        place = operator[1] if operator else f"{type(error).__name__}: {str(error)[:80]}"
        return counter.get_total_flops() // 2, f"up to {place}"


def _run(network: Prepared, device: str, counter: FlopCounterMode) -> int:
    """Run a network under a counter."""
    args, kwargs = tensors(network.inputs, device)
    module = network.module.requires_grad_(False).to(device)
    with sdpa_kernel(SDPBackend.MATH), torch.backends.mkldnn.flags(enabled=False), counter:
        module(*args, **kwargs)
    return counter.get_total_flops() // 2


def _counter() -> FlopCounterMode:
    operator = _deformable_convolution()
    return FlopCounterMode(display=False, custom_mapping={operator: _deformable_flops})


@cache
def _deformable_convolution() -> Any:
    """Give torchvision's operator results of the right shape, and return it."""
    for device in ("Meta", "CPU"):
        _library.impl("deform_conv2d", _deformed, device)
    return torch.ops.torchvision.deform_conv2d


def _deformed(x: Tensor, weight: Tensor, offsets: Tensor, *_: Any) -> Tensor:
    return x.new_zeros(x.shape[0], weight.shape[0], *offsets.shape[2:])


def _deformable_flops(
    x: Sequence[int], weight: Sequence[int], *_: Any, out_shape: Sequence[int], **__: Any
) -> int:
    return 2 * prod(out_shape) * prod(weight[1:])


_library = torch.library.Library("torchvision", "IMPL")
