"""The sizes of the inputs of an ONNX graph."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import onnx

from gennape.frontends.errors import FrontendError
from gennape.frontends.inputs import NetworkInputs, TensorSpec, spec_of
from gennape.frontends.onnx.document import Dims

Value = onnx.ValueInfoProto


def bind_inputs(
    graph: onnx.GraphProto, given: NetworkInputs | None, path: Path, *, batch: int = 1
) -> bool:
    """Write sizes into the inputs of a graph, in place.

    Args:
        graph: The graph.
        given: Shapes by position or by name, or None to use the file's own.
        path: The file, for messages.
        batch: Size of an open first dimension, here and wherever its symbol is used.

    Returns:
        Whether an open first dimension was taken for the batch without being one for certain:
        images have it there, other inputs need not.

    Raises:
        FrontendError: A dimension stays unknown, or is below 1, or a shape does not fit.
    """
    inputs = network_inputs(graph)
    if not inputs:
        raise FrontendError(f"{path} has no input; a network needs one")
    symbols: dict[str, int] = {}
    for value, spec in _assigned(inputs, given, path):
        _write_sizes(value, spec, symbols, path)
    for value in inputs:
        _substitute(value, symbols)
    assumed = [_write_batch(value, symbols, batch) for value in inputs]
    for value in inputs:
        _substitute(value, symbols)
    for value in inputs:
        _refuse_open(value, path, named=len(inputs) > 1)
    if given is not None:
        del graph.value_info[:]  # they hold the sizes of the exported input
    for value in (*graph.value_info, *graph.output):
        if given is not None:
            value.type.tensor_type.ClearField("shape")
        _substitute(value, symbols)
    return any(assumed)


def network_inputs(graph: onnx.GraphProto) -> list[Value]:
    """Return the inputs that are not weights (before IR version 4, weights were inputs too)."""
    weights = {tensor.name for tensor in graph.initializer}
    weights |= {tensor.values.name for tensor in graph.sparse_initializer}
    return [value for value in graph.input if value.name not in weights]


def open_batch_error(graph: onnx.GraphProto, path: Path) -> FrontendError:
    """Make the error for an open first dimension that is no batch."""
    inputs = network_inputs(graph)
    value = next(v for v in inputs if _sizes(v)[:1] == [None])
    return _open_error(value, path, named=True, batch_known=False)


def _assigned(
    inputs: Sequence[Value], given: NetworkInputs | None, path: Path
) -> list[tuple[Value, TensorSpec]]:
    """Pair inputs with the shapes given for them.

    Raises:
        FrontendError: There are too many, or one has a name that the file does not know.
    """
    if given is None:
        return []
    by_name = {value.name: value for value in inputs}
    positional, named = given.positional(), given.named()
    if len(positional) > len(inputs) or not named.keys() <= by_name.keys():
        raise FrontendError(
            f"{path} takes the inputs {', '.join(by_name)}, which {given} do not fit; give them by "
            f"these names, such as --input {inputs[0].name}=1x128:int64"
        )
    leaves: Mapping[str, Any] = dict(zip(by_name, positional, strict=False)) | named
    specs = {name: spec_of(leaf) for name, leaf in leaves.items()}
    return [(by_name[name], spec) for name, spec in specs.items() if spec is not None]


def _write_sizes(value: Value, spec: TensorSpec, symbols: dict[str, int], path: Path) -> None:
    """Write a shape into an input."""
    tensor = value.type.tensor_type
    dims = tensor.shape.dim
    if not tensor.HasField("shape"):
        for _ in spec.shape:
            dims.add()
    sizes = spec.shape
    if spec.is_sample:
        sizes = _arranged(spec.shape[1:], dims, value.name, path)
    elif len(sizes) != len(dims):
        raise FrontendError(
            f"{path}: the input {value.name!r} has {len(dims)} dimensions, which {spec} does not "
            "fit; give one size for each, the batch among them"
        )
    for dim, size in zip(dims, sizes, strict=True):
        if dim.dim_param:
            symbols[dim.dim_param] = size
        dim.dim_value = size


def _write_batch(value: Value, symbols: dict[str, int], batch: int) -> bool:
    """Set an open first dimension; tell whether it might be something else than the batch."""
    dims = value.type.tensor_type.shape.dim
    if len(dims) < 2 or dims[0].HasField("dim_value"):
        return False
    if dims[0].dim_param:
        symbols.setdefault(dims[0].dim_param, batch)
    dims[0].dim_value = batch
    return len(dims) < 4


def _sizes(value: Value) -> list[int | None]:
    dims = value.type.tensor_type.shape.dim
    return [dim.dim_value if dim.HasField("dim_value") else None for dim in dims]


def _refuse_open(value: Value, path: Path, *, named: bool) -> None:
    """Refuse an input with a dimension that is open or below 1."""
    kind = value.type.WhichOneof("value")
    if kind not in ("tensor_type", None):
        raise FrontendError(
            f"{path}: the input {value.name!r} is a {kind.removesuffix('_type')}, not a tensor; "
            "export the network with tensors as inputs"
        )
    if not value.type.tensor_type.HasField("shape"):
        raise FrontendError(
            f"{path}: the size of the input {value.name!r} is unknown, even how many dimensions it "
            f"has; give it with --input CxHxW or {value.name}=SIZES, for example --input 3x224x224"
        )
    sizes = _sizes(value)
    if None in sizes:
        raise _open_error(value, path, named=named, batch_known=True)
    if any(size is not None and size < 1 for size in sizes):
        raise FrontendError(
            f"{path}: the input {value.name!r} has a dimension below 1 {sizes}; "
            f"give its size with --input {value.name}=SIZES"
        )


def _open_error(value: Value, path: Path, *, named: bool, batch_known: bool) -> FrontendError:
    """Make the error for open dimensions: which they are, and how to give them."""
    dims = value.type.tensor_type.shape.dim
    sizes = _sizes(value)
    missing = [axis for axis, size in enumerate(sizes) if size is None]
    words = [
        f"{axis} ({dims[axis].dim_param!r})" if dims[axis].dim_param else f"{axis}"
        for axis in missing
    ]
    guess = 224 if len(sizes) > 3 else 128 if _is_whole(value) else 64
    example = [guess if size is None else size for size in sizes]
    whole = named or not batch_known or len(sizes) == 1
    text = "x".join(map(str, example if whole else example[1:]))
    dtype = ":int64" if _is_whole(value) else ""
    form = f"{value.name}={text}{dtype}" if whole else text
    many = "s" if len(missing) > 1 else ""
    return FrontendError(
        f"{path}: the size of the input {value.name!r} is open in its dimension{many} "
        f"{' and '.join(words)}; give it, for example with --input {form}"
    )


def _is_whole(value: Value) -> bool:
    """Tell whether an input holds whole numbers."""
    return value.type.tensor_type.elem_type in (onnx.TensorProto.INT64, onnx.TensorProto.INT32)


def _arranged(
    shape: Dims, dims: Sequence[onnx.TensorShapeProto.Dimension], name: str, path: Path
) -> Dims:
    """Order one sample of `shape` with its batch as the axes that the input declares.

    A shape with a size for each declared dimension may be whole.
    """
    rank = len(dims)
    sizes = (1, *shape, *[1] * (rank - 1 - len(shape)))
    if len(shape) == rank and (any(n != 1 for n in sizes[rank:]) or _agrees(dims, shape)):
        return shape
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


def _agrees(dims: Sequence[onnx.TensorShapeProto.Dimension], sizes: Dims) -> bool:
    """Tell whether sizes agree with all that the input states, and it states some."""
    stated = [(dim.dim_value, size) for dim, size in zip(dims, sizes, strict=True) if dim.dim_value]
    return bool(stated) and all(one == size for one, size in stated)


def _agree(dims: Sequence[onnx.TensorShapeProto.Dimension], sizes: Dims) -> int:
    return sum(dim.dim_value == size for dim, size in zip(dims[1:], sizes[1:], strict=True))


def _substitute(value: Value, symbols: dict[str, int]) -> None:
    for dim in value.type.tensor_type.shape.dim:
        if dim.dim_param in symbols:
            dim.dim_value = symbols[dim.dim_param]
