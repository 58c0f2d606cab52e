"""What a program is called with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gennape.frontends.inputs import NetworkInputs, TensorSpec


@dataclass(frozen=True)
class ProgramInput:
    """One placeholder of a program.

    Attributes:
        name: Its name.
        parameter: Name of the learned parameter it stands for, if it does for one; the
            same for all placeholders of a parameter with several names.
        is_input: Whether it is an input of the network.
        dims: Its sizes, those of the example where the program leaves them open.
        dtype: Its element type, as PyTorch names it; None if it is no tensor.
        value: Its value, if it is no tensor.
    """

    name: str
    parameter: str | None = None
    is_input: bool = False
    dims: tuple[int, ...] = ()
    dtype: str | None = None
    value: Any = None


def example_of(inputs: Sequence[ProgramInput]) -> NetworkInputs:
    """Return the sizes of a program's inputs, for messages."""
    return NetworkInputs(
        tuple(
            placeholder.value if placeholder.dtype is None else TensorSpec(placeholder.dims)
            for placeholder in inputs
            if placeholder.is_input
        )
    )
