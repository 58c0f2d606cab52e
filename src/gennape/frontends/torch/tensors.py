"""What the rules see of a tensor: its sizes and its element type.

Tensors of PyTorch are such, where a module or a program runs. A program whose file states the sizes
of all its tensors is read with `StatedTensor` in their place, without PyTorch.
"""

from abc import ABC
from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:

    @runtime_checkable
    class Tensor(Protocol):
        """A tensor, of PyTorch or stated."""

        @property
        def shape(self) -> tuple[int, ...]:
            """Its sizes."""

        @property
        def dtype(self) -> Any:
            """Its element type."""

        @property
        def is_meta(self) -> bool:
            """Whether it has no numbers."""

        def dim(self) -> int:
            """Return the number of dimensions."""

        def numel(self) -> int:
            """Return the number of elements."""

        def is_floating_point(self) -> bool:
            """Tell whether elements are real numbers."""

        def is_complex(self) -> bool:
            """Tell whether elements are complex numbers."""

else:

    class Tensor(ABC):  # noqa: B024 (nothing inherits from it)
        """A tensor, of PyTorch or stated."""

        @classmethod
        def __subclasshook__(cls, other: type) -> bool:
            """Tell tensors by what they have: asking PyTorch would import it."""
            return hasattr(other, "is_meta") and hasattr(other, "numel")


MOST_DIMS = 64
"""Dimensions of a tensor, as PyTorch's own kernels have them."""
LARGEST_NUMBER = 2**63 - 1
"""Of sizes, and of whole numbers among arguments."""


class StatedTensor:
    """Sizes and element type of a tensor.

    Args:
        shape: Its sizes.
        dtype: Its element type, as PyTorch names it.

    Attributes:
        base: The tensor whose elements it is a view of, if it is one.
    """

    __slots__ = ("base", "dtype", "shape")
    is_meta = True

    def __init__(self, shape: Sequence[int], dtype: str = "float32") -> None:
        self.shape = tuple(shape)
        self.dtype = dtype
        self.base: StatedTensor | None = None

    def dim(self) -> int:
        """Return the number of dimensions."""
        return len(self.shape)

    def numel(self) -> int:
        """Return the number of elements."""
        return prod(self.shape)

    def is_floating_point(self) -> bool:
        """Tell whether elements are real numbers."""
        return "float" in self.dtype

    def is_complex(self) -> bool:
        """Tell whether elements are complex numbers."""
        return "complex" in self.dtype

    def new_empty(self, shape: Sequence[int]) -> "StatedTensor":
        """Make another tensor of the same element type."""
        return StatedTensor(shape, self.dtype)


def whole_of(tensor: Any) -> Any:
    """Return the tensor whose elements another is a view of; itself if it has its own."""
    base = tensor.base if isinstance(tensor, StatedTensor) else tensor._base
    return tensor if base is None else base


def element_type_of(tensor: Tensor) -> str:
    """Return the name of a tensor's element type: `float32`.

    Examples:
        >>> element_type_of(StatedTensor((3,), "bool"))
        'bool'
    """
    return str(tensor.dtype).removeprefix("torch.")


def is_boolean(tensor: Tensor) -> bool:
    """Tell whether elements are truth values."""
    return element_type_of(tensor) == "bool"


def is_packed(value: Any) -> bool:
    """Tell whether a value is a script object of PyTorch, which holds weights."""
    return type(value).__name__ == "ScriptObject"
