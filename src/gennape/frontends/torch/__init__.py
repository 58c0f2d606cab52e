"""PyTorch networks in: modules and exported programs."""

from gennape.frontends.torch import arithmetic, attention, layers, layout
from gennape.frontends.torch.module import trace_module, trace_program

__all__ = ["arithmetic", "attention", "layers", "layout", "trace_module", "trace_program"]
