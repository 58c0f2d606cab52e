"""Parts of stored tensors that are weights by themselves."""

from typing import NamedTuple

from gennape.utils.array_types import AnyArray


class TensorPart(NamedTuple):
    """The weights of one direction of a recurrent layer, its gates in another order.

    Attributes:
        name: The stored tensor, directions first.
        direction: Which of them.
        gates: Which blocks of rows, in order.
        units: Rows of a block.
    """

    name: str
    direction: int
    gates: tuple[int, ...]
    units: int

    def of(self, whole: AnyArray) -> AnyArray:
        """Return the numbers of this part of the whole tensor."""
        rows = whole[self.direction]
        blocks = rows.reshape(-1, self.units, *rows.shape[1:])
        part: AnyArray = blocks[list(self.gates)].reshape(-1, *rows.shape[1:])
        return part
