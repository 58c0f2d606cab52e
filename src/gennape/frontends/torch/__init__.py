"""PyTorch networks in: modules, exported programs and `.pt2` files."""

from typing import TYPE_CHECKING

from gennape.frontends.torch.archive import read_program
from gennape.utils.lazy_imports import imported_when_used

if TYPE_CHECKING:
    from gennape.frontends.torch.module import trace_module
    from gennape.frontends.torch.program import trace_program

__all__ = ["read_program", "trace_module", "trace_program"]

__getattr__ = imported_when_used(
    __name__,
    {
        "trace_module": "gennape.frontends.torch.module",
        "trace_program": "gennape.frontends.torch.program",
    },
)
