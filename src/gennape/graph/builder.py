"""Write a network down operation by operation.

Families and frontends build graphs with it. Each method adds one node and returns its
index; shapes and parameter counts follow from the arguments.
"""

from typing import Any

from gennape.graph.arrays import NO_ATTRIBUTES, WITH_BIAS
from gennape.graph.node_writer import NodeWriter, Shape
from gennape.graph.operations import Op
from gennape.graph.validation import GraphError


class GraphBuilder(NodeWriter):
    """Adds layers, in topological order.

    Examples:
        >>> builder = GraphBuilder()
        >>> x = builder.input((3, 32, 32))
        >>> x = builder.relu(builder.batch_norm(builder.conv(x, 16, kernel=3)))
        >>> x = builder.linear(builder.flatten(builder.global_avg_pool(x)), 10)
        >>> builder.output(x)
        7
        >>> builder.build().parameters
        634
    """

    def input(self, shape: Shape) -> int:
        """The network's input of shape (C, H, W)."""
        return self.add_node(Op.INPUT, (), shape)

    def output(self, x: int) -> int:
        """The network's result."""
        return self.add_node(Op.OUTPUT, (x,), self.shapes[x])

    def conv(
        self,
        x: int,
        channels: int,
        kernel: int | tuple[int, int] = 1,
        stride: int | tuple[int, int] = 1,
        groups: int = 1,
        dilation: int = 1,
        bias: bool = False,
        padding: tuple[int, int] | None = None,
    ) -> int:
        """A convolution; unless `padding` is given, an odd kernel keeps the size at stride 1."""
        kernel_h, kernel_w = (kernel, kernel) if isinstance(kernel, int) else kernel
        stride_h, stride_w = (stride, stride) if isinstance(stride, int) else stride
        if padding is None:
            padding = (dilation * (kernel_h - 1) // 2, dilation * (kernel_w - 1) // 2)
        in_channels, height, width = self.shapes[x]
        shape = (
            channels,
            _window_size(height, kernel_h, stride_h, padding[0], dilation),
            _window_size(width, kernel_w, stride_w, padding[1], dilation),
        )
        weights = channels * (in_channels // groups) * kernel_h * kernel_w
        window = (kernel_h, kernel_w, stride_h, stride_w, *padding, *padding)
        return self.add_node(
            Op.CONV,
            (x,),
            shape,
            (*window, dilation, dilation, groups, int(bias)),
            weights + (channels if bias else 0),
        )

    def batch_norm(self, x: int) -> int:
        """Batch normalisation with a learned scale and shift."""
        shape = self.shapes[x]
        return self.add_node(Op.BATCH_NORM, (x,), shape, WITH_BIAS, 2 * shape[0])

    def activation(self, op: Op, x: int) -> int:
        """An element-wise operation without parameters."""
        return self.add_node(op, (x,), self.shapes[x])

    def relu(self, x: int) -> int:
        """Rectified linear unit."""
        return self.add_node(Op.RELU, (x,), self.shapes[x])

    def max_pool(self, x: int, kernel: int, stride: int, padding: int = 0) -> int:
        """The maximum of each window."""
        return self._pool(Op.MAX_POOL, x, kernel, stride, padding)

    def avg_pool(
        self,
        x: int,
        kernel: int,
        stride: int,
        padding: int = 0,
        count_padding: bool = True,
        cut_last: bool = False,
    ) -> int:
        """The mean of each window.

        Args:
            x: The images.
            kernel: Height and width of a window.
            stride: Step between windows.
            padding: Zeros at each border.
            count_padding: Whether these count.
            cut_last: Whether a last window may hang over the border, where it holds fewer
                elements (`ceil_mode` in PyTorch).
        """
        details = {} if count_padding else {"count_include_pad": False}
        extra = stride - 1 if cut_last else 0
        return self._pool(Op.AVG_POOL, x, kernel, stride, padding, extra, **details)

    def _pool(
        self, op: Op, x: int, kernel: int, stride: int, padding: int, extra: int = 0, **details: Any
    ) -> int:
        channels, height, width = self.shapes[x]
        shape = (
            channels,
            _window_size(height + extra, kernel, stride, padding, 1),
            _window_size(width + extra, kernel, stride, padding, 1),
        )
        window = (kernel, kernel, stride, stride, *(padding,) * 4)
        return self.add_node(op, (x,), shape, (*window, 1, 1, 1, 0), **details)

    def global_avg_pool(self, x: int) -> int:
        """The mean over height and width: (C, H, W) to (C, 1, 1)."""
        return self.add_node(Op.GLOBAL_AVG_POOL, (x,), (self.shapes[x][0], 1, 1))

    def flatten(self, x: int) -> int:
        """All elements as channels: (C, H, W) to (C * H * W, 1, 1)."""
        channels, height, width = self.shapes[x]
        return self.add_node(Op.RESHAPE, (x,), (channels * height * width, 1, 1))

    def linear(self, x: int, features: int, bias: bool = True) -> int:
        """A fully connected layer on the channels."""
        channels, height, width = self.shapes[x]
        return self.add_node(
            Op.LINEAR,
            (x,),
            (features, height, width),
            WITH_BIAS if bias else NO_ATTRIBUTES,
            features * channels + (features if bias else 0),
        )

    def add(self, *arguments: int) -> int:
        """The sum of tensors of one shape; one argument is returned as it is."""
        return self._join(Op.ADD, arguments)

    def mul(self, x: int, gate: int) -> int:
        """The element-wise product; `gate` may have one element a channel."""
        return self.add_node(Op.MUL, (x, gate), self.shapes[x])

    def _join(self, op: Op, arguments: tuple[int, ...]) -> int:
        if len(arguments) == 1:
            return arguments[0]
        shape = self.shapes[arguments[0]]
        if any(self.shapes[x] != shape for x in arguments):
            shapes = [self.shapes[x] for x in arguments]
            raise GraphError(f"{op.name.lower()} of tensors of different shapes {shapes}")
        return self.add_node(op, arguments, shape)

    def concat(self, *arguments: int) -> int:
        """Tensors beside one another along the channels; one argument is returned as it is."""
        if len(arguments) == 1:
            return arguments[0]
        _, height, width = self.shapes[arguments[0]]
        channels = sum(self.shapes[x][0] for x in arguments)
        return self.add_node(Op.CONCAT, arguments, (channels, height, width))

    def slice_channels(self, x: int, start: int, channels: int) -> int:
        """Channels `start` to `start + channels`."""
        _, height, width = self.shapes[x]
        details: dict[str, Any] = {"start": start} if start else {}
        return self.add_node(Op.SLICE, (x,), (channels, height, width), **details)

    def slice_from(self, x: int, axis: int, start: int) -> int:
        """Rows (axis 2) or columns (axis 3) from `start` on."""
        channels, height, width = self.shapes[x]
        shape = (
            (channels, height - start, width) if axis == 2 else (channels, height, width - start)
        )
        stop = self.shapes[x][axis - 1]
        return self.add_node(Op.SLICE, (x,), shape, axis=axis, start=start, stop=stop)

    def pad(self, x: int, bottom: int, right: int) -> int:
        """Rows of zeros below and columns of zeros to the right."""
        channels, height, width = self.shapes[x]
        border = (1, 1, 1, 1, 0, 0, bottom, right, 1, 1, 1, 0)
        return self.add_node(Op.PAD, (x,), (channels, height + bottom, width + right), border)

    def resize(self, x: int, size: tuple[int, int], mode: str = "nearest") -> int:
        """Another height and width; the images as they are where they have it already.

        Args:
            x: The images.
            size: Height and width.
            mode: How elements between others are found, as PyTorch's `interpolate` calls it.
        """
        channels, *before = self.shapes[x]
        if tuple(before) == size:
            return x
        details: dict[str, Any] = {} if mode == "nearest" else {"mode": mode}
        return self.add_node(Op.RESIZE, (x,), (channels, *size), **details)

    def zero(self, x: int) -> int:
        """Zeros of the shape of `x`."""
        return self.add_node(Op.ZERO, (x,), self.shapes[x])


def _window_size(size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """Output size of a convolution or pooling along one axis."""
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
