"""TransNAS-Bench-101, micro: cells of four nodes with one of four operations on each edge.

Source: Duan et al., "TransNAS-Bench-101" (CVPR 2021) and its public code. Five modules of
two cells each; the first, third and fifth double the channels and halve the resolution, by
stride 2 of the edges that leave the input of their first cell.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gennape.graph.templates import ChoiceBuilder
from gennape.spaces.base import ArchitectureError
from gennape.spaces.parts.cells import EDGES, CellArchitecture, CellSpace, add_cell
from gennape.spaces.parts.transnas import BASE_CHANNELS, CLASSES, RESOLUTION, write_network

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3")
"""In the order of their digits in the architecture string."""

_MODULES = (4, 1, 4, 1, 4)
_PREFIX = f"{BASE_CHANNELS}-{''.join(map(str, _MODULES))}-"
_LINE = _PREFIX + "([0-3])_([0-3]{2})_([0-3]{3})"


@dataclass(frozen=True)
class TransNASMicroArchitecture(CellArchitecture):
    """A cell of TransNAS-Bench-101."""

    family = "TransNAS-Bench-101 micro"
    choices = OPERATIONS


class TransNASMicro(CellSpace[TransNASMicroArchitecture]):
    """TransNAS-Bench-101 micro; `classes` is 75 for `class_object`, 47 for `class_scene`."""

    name = "transnas_micro"
    size = len(OPERATIONS) ** len(EDGES)
    default_classes = CLASSES
    default_resolution = RESOLUTION
    architecture = TransNASMicroArchitecture

    def from_digits(self, digits: Sequence[int]) -> TransNASMicroArchitecture:
        """Make the architecture of the digits of its string, one for each of `EDGES`.

        Raises:
            ArchitectureError: A digit stands for no operation, or there are more or fewer.
        """
        for digit in digits:
            if digit not in range(len(OPERATIONS)):
                raise ArchitectureError(
                    f"operations of TransNAS-Bench-101 micro are 0 to {len(OPERATIONS) - 1}, "
                    f"not {digit}"
                )
        return TransNASMicroArchitecture(tuple(OPERATIONS[digit] for digit in digits))

    def parse(self, text: str) -> TransNASMicroArchitecture:
        """Read the benchmark's string, such as `64-41414-1_02_333`.

        Raises:
            ArchitectureError: The string has another form; shows the right one.
        """
        match = re.fullmatch(_LINE, text.strip())
        if not match:
            raise ArchitectureError(
                f"{text!r} is no TransNAS-Bench-101 micro architecture; one looks like "
                f"{_PREFIX}1_02_333 (the operations of the edges into nodes 1, 2 and 3: "
                "0 none, 1 skip, 2 conv1x1, 3 conv3x3)"
            )
        return self.from_digits([int(digit) for digit in "".join(match.groups())])

    def format(self, architecture: TransNASMicroArchitecture) -> str:
        """Write the string that the benchmark itself uses."""
        digits = "".join(str(OPERATIONS.index(name)) for name in architecture.operations)
        return f"{_PREFIX}{digits[:1]}_{digits[1:3]}_{digits[3:]}"

    def write(self, build: ChoiceBuilder) -> None:
        """Write the whole network, its cells as chosen."""

        def block(x: int, channels: int, stride: int) -> int:
            return add_cell(build, x, OPERATIONS, channels)

        write_network(build, self.resolution, self.classes, _MODULES, block)
