"""Which layer of a module each operation stands in."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)

from gennape.frontends.torch.layer_names import LayerCallback


@contextmanager
def announced_layers(module: nn.Module, enter_layer: LayerCallback) -> Iterator[None]:
    """Tell of each layer of `module` that begins, and of the one around it when it ends.

    Args:
        module: The network; modules that are not within it are not told of.
        enter_layer: Told the qualified name of the layer.
    """
    names = {id(part): name for name, part in module.named_modules()}
    stack: list[str] = []

    def begin(part: nn.Module, _: Any) -> None:
        if id(part) in names:
            stack.append(names[id(part)])
            enter_layer(stack[-1])

    def end(part: nn.Module, *_: Any) -> None:
        if id(part) in names and stack:
            stack.pop()
            enter_layer(stack[-1] if stack else "")

    hooks = [
        register_module_forward_pre_hook(begin),
        register_module_forward_hook(end, always_call=True),
    ]
    try:
        with warnings.catch_warnings():
            # Of compiled parts hooks are called twice, which names their layers as well.
            warnings.filterwarnings("ignore", "Using `torch.compile")
            yield
    finally:
        for hook in hooks:
            hook.remove()
