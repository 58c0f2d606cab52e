"""PyTorch networks in: modules, exported programs and `.pt2` files."""

from gennape.frontends.torch.archive import read_program
from gennape.frontends.torch.module import trace_module
from gennape.frontends.torch.program import trace_program

__all__ = ["read_program", "trace_module", "trace_program"]
