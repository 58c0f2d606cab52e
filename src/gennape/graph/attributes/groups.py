"""What a node of each group of operations states beside its twelve numbers.

One frozen class describes a group: its fields are the details that a node may have, by name, with
type and default; a field without a default must be stated. `NUMBERS` names those of the twelve
numbers that the group uses; the others keep the values of `NO_ATTRIBUTES`. Axes count the batch.
"""

from dataclasses import dataclass
from typing import ClassVar

_WINDOW = frozenset({"kernel", "stride", "padding", "dilation"})


@dataclass(frozen=True, kw_only=True)
class NodeAttributes:
    """What any node may state.

    Attributes:
        weight: Name of its learned tensor, where several nodes share one.
        results: Which result of each argument it reads, where it is not the first.
        not_executable: Why no module can compute the node; empty where one can.
        lower_bound: Whether work behind the node is not counted.
    """

    NUMBERS: ClassVar[frozenset[str]] = frozenset()
    EITHER: ClassVar[tuple[str, ...]] = ()
    """Fields of which a node with a single argument states at least one."""

    weight: str = ""
    results: tuple[int, ...] = ()
    not_executable: str = ""
    lower_bound: bool = False


@dataclass(frozen=True, kw_only=True)
class SourceAttributes(NodeAttributes):
    """Inputs, parameters and constants.

    Attributes:
        shape: Dimensions: of one sample of an input, of the whole tensor of the others; those of
            the output shape unless given.
        values: The numbers of a constant, row by row; one number fills it.
        function: `causal` for minus infinity above the diagonal and zeros elsewhere.
    """

    shape: tuple[int, ...] | None = None
    values: tuple[float, ...] | None = None
    function: str = ""


@dataclass(frozen=True, kw_only=True)
class ConvAttributes(NodeAttributes):
    """Convolutions and transposed convolutions.

    Attributes:
        depth: Kernel, stride, padding before and after, and dilation of the first of three
            spatial axes; the kernel and stride of the height hold its own as a factor.
        output_padding: What a transposed convolution of three spatial axes adds at each end.
    """

    NUMBERS = _WINDOW | {"groups", "bias"}

    depth: tuple[int, ...] | None = None
    output_padding: tuple[int, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class PoolAttributes(NodeAttributes):
    """Maximum and average pooling by windows.

    Attributes:
        depth: As a convolution's.
        adaptive: Whether windows are what divides the input into the output, evenly or not.
        count_include_pad: Whether the padding counts in an average.
        divisor: What a sum is divided by; the size of its window unless given.
    """

    NUMBERS = _WINDOW

    depth: tuple[int, ...] | None = None
    adaptive: bool = False
    count_include_pad: bool = True
    divisor: int | None = None


@dataclass(frozen=True, kw_only=True)
class LinearAttributes(NodeAttributes):
    """Linear layers.

    Attributes:
        transposed: Whether the network stores the weight with the input features first.
    """

    NUMBERS = frozenset({"bias"})

    transposed: bool = False


@dataclass(frozen=True, kw_only=True)
class MatmulAttributes(NodeAttributes):
    """Matrix products; the first kernel size is the length that is summed over.

    Attributes:
        equation: In the notation of `einsum`.
        transposed: Whether the last two axes of the second factor change places.
    """

    NUMBERS = frozenset({"kernel"})

    equation: str = ""
    transposed: bool = False


@dataclass(frozen=True, kw_only=True)
class EmbeddingAttributes(NodeAttributes):
    """Look-ups in a learned table.

    Attributes:
        rows: Rows of the table, where it belongs to another node.
    """

    rows: int | None = None


@dataclass(frozen=True, kw_only=True)
class NormAttributes(NodeAttributes):
    """Batch, layer, group, instance and RMS norms.

    Attributes:
        eps: What is added to the variance; PyTorch's default unless given.
        normalized_shape: The last dimensions, over which a layer or RMS norm goes; the channels
            unless given.
        scale_only: Whether there is a learned scale and no learned shift.
        batch_statistics: Whether no running statistics are kept.
    """

    NUMBERS = frozenset({"groups", "bias"})

    eps: float | None = None
    normalized_shape: tuple[int, ...] | None = None
    scale_only: bool = False
    batch_statistics: bool = False


@dataclass(frozen=True, kw_only=True)
class LocalNormAttributes(NodeAttributes):
    """Local response norms: divided by `(k + alpha * mean of squares of neighbours) ** beta`."""

    size: int | None = None
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0


@dataclass(frozen=True, kw_only=True)
class UnitNormAttributes(NodeAttributes):
    """Division by the p-norm along one axis, or by `eps` where that is larger."""

    p: float = 2.0
    axis: int = 1
    eps: float = 1e-12


@dataclass(frozen=True, kw_only=True)
class LeakyAttributes(NodeAttributes):
    """Leaky ReLU: what negative elements are multiplied by."""

    slope: float = 0.01


@dataclass(frozen=True, kw_only=True)
class EluAttributes(NodeAttributes):
    """Exponential linear units.

    Attributes:
        alpha: Minus the limit of large negative elements.
        gamma: What SELU multiplies by.
        function: `celu` for the form that divides by `alpha` in the exponent.
    """

    alpha: float | None = None
    gamma: float | None = None
    function: str = ""


@dataclass(frozen=True, kw_only=True)
class GeluAttributes(NodeAttributes):
    """GELU: exact, or `tanh` for the tangent formula."""

    approximate: str = "none"


@dataclass(frozen=True, kw_only=True)
class SoftplusAttributes(NodeAttributes):
    """Softplus: sharpness, and from where on (times the sharpness) it is linear."""

    beta: float = 1.0
    threshold: float = 20.0


@dataclass(frozen=True, kw_only=True)
class HardSigmoidAttributes(NodeAttributes):
    """Hard sigmoids: `slope * x + offset` between 0 and 1."""

    slope: float = 1 / 6
    offset: float = 0.5


@dataclass(frozen=True, kw_only=True)
class SoftmaxAttributes(NodeAttributes):
    """Softmax and its logarithm: along which axis."""

    axis: int = 1


@dataclass(frozen=True, kw_only=True)
class ConcatAttributes(NodeAttributes):
    """Concatenations: along which axis."""

    axis: int = 1


@dataclass(frozen=True, kw_only=True)
class GlobalPoolAttributes(NodeAttributes):
    """Global pooling: the axes, where the channels are not in axis 1."""

    axes: tuple[int, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class SliceAttributes(NodeAttributes):
    """Parts of a tensor; see `gennape.graph.slices`.

    Attributes:
        axis: Along which axis, or axes.
        start: The first position along each.
        stop: The position behind the last; that which the output shape says unless given.
        step: From one position to the next; backwards where negative.
    """

    axis: int | tuple[int, ...] = 1
    start: int | tuple[int, ...] = 0
    stop: int | None = None
    step: int = 1


@dataclass(frozen=True, kw_only=True)
class PadAttributes(NodeAttributes):
    """Borders.

    Attributes:
        pads: Sides as PyTorch's `pad` has them, the last axis first; the padding unless given.
        mode: `constant`, `reflect`, `replicate` or `circular`.
        value: What a constant border holds.
    """

    NUMBERS = frozenset({"padding"})

    pads: tuple[int, ...] | None = None
    mode: str = "constant"
    value: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ResizeAttributes(NodeAttributes):
    """Interpolations to another height and width, as PyTorch's `interpolate` names things.

    Attributes:
        mode: How elements between others are found.
        align_corners: Whether the centres of the corners stay in place.
        antialias: Whether what is made smaller is smoothed.
        scales: The factor along each axis, where the ratio of sizes is another.
    """

    mode: str = "nearest"
    align_corners: bool = False
    antialias: bool = False
    scales: tuple[float, ...] | None = None
