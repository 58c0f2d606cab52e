"""The sizes of the inputs of an ONNX graph."""

from collections.abc import Sequence
from pathlib import Path

import onnx

from gennape.frontends.errors import FrontendError
from gennape.frontends.onnx.document import Dims


def bind_inputs(graph: onnx.GraphProto, input_shape: Dims | None, path: Path) -> None:
    """Write the size of one sample into the inputs of a graph, in place.

    A symbolic first dimension is the batch and becomes 1, here and wherever its symbol
    is used.

    Args:
        graph: The graph.
        input_shape: Sizes of one sample of the first input without the batch, or None
            to use the file's own.
        path: The file, for messages.

    Raises:
        FrontendError: A dimension stays unknown, or is below 1.
    """
    inputs = network_inputs(graph)
    if not inputs:
        raise FrontendError(f"{path} has no input; a network needs one")
    symbols: dict[str, int] = {}
    if input_shape is not None:
        _write_sizes(inputs[0], input_shape, symbols, path)
    for value in inputs:
        _write_batch(value, symbols)
        _substitute(value, symbols)
        _refuse_open(value, path)
    if input_shape is not None:
        del graph.value_info[:]  # they hold the sizes of the exported input
    for value in (*graph.value_info, *graph.output):
        if input_shape is not None:
            value.type.tensor_type.ClearField("shape")
        _substitute(value, symbols)


def network_inputs(graph: onnx.GraphProto) -> list[onnx.ValueInfoProto]:
    """Return the inputs that are not weights (before IR version 4, weights were inputs too)."""
    weights = {tensor.name for tensor in graph.initializer}
    return [value for value in graph.input if value.name not in weights]


def _write_sizes(
    value: onnx.ValueInfoProto, shape: Dims, symbols: dict[str, int], path: Path
) -> None:
    """Write one sample of `shape` into an input."""
    dims = value.type.tensor_type.shape.dim
    if not value.type.tensor_type.HasField("shape"):
        for _ in range(len(shape) + 1):
            dims.add()
    for dim, size in zip(dims, _arranged(shape, dims, value.name, path), strict=True):
        if dim.dim_param:
            symbols[dim.dim_param] = size
        dim.dim_value = size


def _write_batch(value: onnx.ValueInfoProto, symbols: dict[str, int]) -> None:
    """Set an open first dimension, which is the batch, to 1."""
    dims = value.type.tensor_type.shape.dim
    if len(dims) > 1 and not dims[0].HasField("dim_value"):
        if dims[0].dim_param:
            symbols.setdefault(dims[0].dim_param, 1)
        dims[0].dim_value = 1


def _refuse_open(value: onnx.ValueInfoProto, path: Path) -> None:
    tensor = value.type.tensor_type
    sizes = [dim.dim_value if dim.HasField("dim_value") else None for dim in tensor.shape.dim]
    if not tensor.HasField("shape") or None in sizes:
        raise FrontendError(
            f"{path}: the size of the input {value.name!r} is unknown; "
            "give it with --input CxHxW, for example --input 3x224x224"
        )
    if any(size is not None and size < 1 for size in sizes):
        raise FrontendError(
            f"{path}: the input {value.name!r} has a dimension below 1 {sizes}; "
            "give its size with --input CxHxW"
        )


def _arranged(
    shape: Dims, dims: Sequence[onnx.TensorShapeProto.Dimension], name: str, path: Path
) -> Dims:
    """Order one sample of `shape` with its batch as the axes that the input declares."""
    rank = len(dims)
    sizes = (1, *shape, *[1] * (rank - 1 - len(shape)))
    if any(size != 1 for size in sizes[rank:]):
        given = "x".join(map(str, shape))
        raise FrontendError(
            f"{path}: the input {name!r} has {rank} dimensions with the batch, "
            f"which {given} does not fit; give one size for each but the batch"
        )
    channels_last = (1, *shape[1:], shape[0])
    is_image = rank == len(channels_last) == 4
    if is_image and _agree(dims, channels_last) > _agree(dims, sizes):
        return channels_last
    return sizes[:rank]


def _agree(dims: Sequence[onnx.TensorShapeProto.Dimension], sizes: Dims) -> int:
    return sum(dim.dim_value == size for dim, size in zip(dims[1:], sizes[1:], strict=True))


def _substitute(value: onnx.ValueInfoProto, symbols: dict[str, int]) -> None:
    for dim in value.type.tensor_type.shape.dim:
        if dim.dim_param in symbols:
            dim.dim_value = symbols[dim.dim_param]
