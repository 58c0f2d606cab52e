"""What nodes of reductions, element-wise mathematics, layout and the rest state."""

from dataclasses import dataclass

from gennape.graph.attributes.groups import NodeAttributes


@dataclass(frozen=True, kw_only=True)
class ReduceAttributes(NodeAttributes):
    """Means, sums, maxima and variances.

    Attributes:
        axes: Along which axes.
        keepdim: Whether they stay, with size 1.
        correction: What is taken off the number of elements that a variance divides by.
        function: `argmax` for the place of the maximum.
    """

    axes: tuple[int, ...]
    keepdim: bool = False
    correction: float = 1.0
    function: str = ""


@dataclass(frozen=True, kw_only=True)
class ScaleAttributes(NodeAttributes):
    """`scale * x + shift`."""

    scale: float = 1.0
    shift: float = 0.0


@dataclass(frozen=True, kw_only=True)
class PowerAttributes(NodeAttributes):
    """A power with a fixed exponent, or with a fixed base; of two tensors where neither is."""

    EITHER = ("exponent", "base")

    exponent: float | None = None
    base: float | None = None


@dataclass(frozen=True, kw_only=True)
class ClipAttributes(NodeAttributes):
    """Limits; a further argument is the lower one, or the upper one where that is given."""

    EITHER = ("min", "max")

    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, kw_only=True)
class CompareAttributes(NodeAttributes):
    """Truth values.

    Attributes:
        function: As PyTorch names it: `gt`, `logical_not` and so on.
        number: The right-hand side, where it is a number.
        number_first: Whether the number is the left-hand side.
    """

    function: str
    number: float | None = None
    number_first: bool = False


@dataclass(frozen=True, kw_only=True)
class RoundAttributes(NodeAttributes):
    """Roundings and signs.

    Attributes:
        function: As PyTorch names it: `floor`, `sign` and so on.
        number: What `floor_divide` divides by.
    """

    function: str
    number: float | None = None


@dataclass(frozen=True, kw_only=True)
class WhereAttributes(NodeAttributes):
    """A choice for each element by the first argument.

    Attributes:
        positive: The number taken where it holds; the next argument unless given.
        negative: The number taken elsewhere; the next argument unless given.
        condition_last: Whether the condition is the last argument.
    """

    positive: float | None = None
    negative: float | None = None
    condition_last: bool = False


@dataclass(frozen=True, kw_only=True)
class ReshapeAttributes(NodeAttributes):
    """Other dimensions, or channels to places and back.

    Attributes:
        shape: All dimensions but the first; without it every sample is one row.
        factor: By which places are split or joined.
        mode: Which of `DCR` and `CRD` of ONNX orders the channels.
        inserted: Where axes of size 1 are new, if that is all that changes.
    """

    shape: tuple[int, ...] | None = None
    factor: int | None = None
    mode: str = "CRD"
    inserted: tuple[int, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class TransposeAttributes(NodeAttributes):
    """A permutation, or channels to places and back by a factor."""

    EITHER = ("dims", "factor")

    dims: tuple[int, ...] | None = None
    factor: int | None = None


@dataclass(frozen=True, kw_only=True)
class ExpandAttributes(NodeAttributes):
    """Repeated elements.

    Attributes:
        shape: All dimensions of the result but the first, where dimensions of size 1 grow.
        repeats: How often the whole is repeated along each axis, from the last one.
        axis: Along which axis every element is repeated by itself.
        times: How often.
    """

    EITHER = ("shape", "repeats", "axis")

    shape: tuple[int, ...] | None = None
    repeats: tuple[int, ...] | None = None
    axis: int | None = None
    times: int | None = None


@dataclass(frozen=True, kw_only=True)
class DropoutAttributes(NodeAttributes):
    """Dropout: with which probability an element is left out."""

    p: float = 0.5


@dataclass(frozen=True, kw_only=True)
class CumulativeAttributes(NodeAttributes):
    """Sums of the elements so far.

    Attributes:
        axis: Along which axis.
        exclusive: Whether an element is left out of its own sum.
        reverse: Whether it goes from the end.
    """

    axis: int | None = None
    exclusive: bool = False
    reverse: bool = False


@dataclass(frozen=True, kw_only=True)
class SortAttributes(NodeAttributes):
    """Elements by size; the second result is their places.

    Attributes:
        axis: Along which axis.
        descending: Whether the largest comes first.
        count: How many are kept; all unless given.
        places: Whether the first result is the places.
    """

    axis: int | None = None
    descending: bool = False
    count: int | None = None
    places: bool = False


@dataclass(frozen=True, kw_only=True)
class GridSampleAttributes(NodeAttributes):
    """Values at computed places, as PyTorch's `grid_sample` names things."""

    mode: str = "bilinear"
    padding_mode: str = "zeros"
    align_corners: bool = False


@dataclass(frozen=True, kw_only=True)
class UnfoldAttributes(NodeAttributes):
    """Windows as columns, or, with an axis, as a new last axis of `size` at every `step`."""

    kernel: tuple[int, ...] | None = None
    dilation: tuple[int, ...] = (1, 1)
    padding: tuple[int, ...] = (0, 0)
    stride: tuple[int, ...] = (1, 1)
    axis: int | None = None
    size: int | None = None
    step: int | None = None


@dataclass(frozen=True, kw_only=True)
class FunctionAttributes(NodeAttributes):
    """A function outside the vocabulary, or a recurrence.

    Attributes:
        function: Its name.
        hidden: Numbers in the state of a recurrence.
        time: The axis of its steps.
        reverse: Whether it goes from the last step to the first.
        settings: Of `fold`: output size, kernel, dilation, padding and stride, two numbers each.
    """

    function: str
    hidden: int | None = None
    time: int = 0
    reverse: bool = False
    settings: tuple[int, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class GatherAttributes(NodeAttributes):
    """Elements at given places.

    Attributes:
        function: `index` takes the places `places` of `axis`, `flip` reverses `axes`, `gather`
            takes the places that the second argument holds along `axis`.
        axis: Along which axis.
        axes: Along which axes.
        places: Which places.
    """

    function: str = ""
    axis: int | None = None
    axes: tuple[int, ...] | None = None
    places: tuple[int, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class RollAttributes(NodeAttributes):
    """Elements moved round the end, by how much along which axes."""

    shifts: tuple[int, ...]
    axes: tuple[int, ...]
