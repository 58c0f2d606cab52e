"""Inputs of a network as people give them: example tensors, or shapes and types.

Shapes in `inputs` are whole, with the batch where there is one; only `input_shape` is that of
one sample.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gennape.frontends.errors import FrontendError

ELEMENT_TYPES = frozenset(
    [
        "bool",
        "uint8",
        "int8",
        "int16",
        "int32",
        "int64",
        "float16",
        "bfloat16",
        "float32",
        "float64",
        "complex64",
        "complex128",
    ]
)
"""Names of element types, as PyTorch and numpy have them."""

_TEXT = re.compile(r"(?P<sizes>\d+(?:x\d+)*)?(?::(?P<dtype>[a-z0-9]+))?", re.IGNORECASE)
_SHAPE_AT_END = re.compile(r"(?P<model>.+)@(?P<inputs>[^@/\\]+)", re.DOTALL)


@dataclass(frozen=True)
class TensorSpec:
    """Shape and element type of a tensor.

    Attributes:
        shape: All its dimensions; none is a number.
        dtype: Its element type, such as `int64`; that of the network unless given.
        is_sample: Whether only one sample was given, to which a batch of one was added.
    """

    shape: tuple[int, ...]
    dtype: str | None = None
    is_sample: bool = False

    @classmethod
    def parse(cls, text: str) -> "TensorSpec":
        """Read text such as `1x128:int64`, `3x224x224` or `:bool` (one truth value).

        Raises:
            FrontendError: The text has another form.
        """
        match = _TEXT.fullmatch(text.strip())
        sizes, dtype = (match["sizes"], match["dtype"]) if match else (None, None)
        shape = tuple(map(int, sizes.lower().split("x"))) if sizes else ()
        if not (sizes or dtype) or 0 in shape or (dtype and dtype.lower() not in ELEMENT_TYPES):
            raise FrontendError(
                f"{text!r} is no shape of an input; one looks like 3x224x224 or 1x128:int64"
            )
        return cls(shape, dtype and dtype.lower())

    def __str__(self) -> str:
        sizes = "x".join(map(str, self.shape[1:] if self.is_sample else self.shape))
        return sizes if self.dtype is None else f"{sizes}:{self.dtype}"


@dataclass(frozen=True)
class NetworkInputs:
    """Everything that one call of a network is given; leaves are tensors, specs and plain values.

    Attributes:
        args: By position.
        kwargs: By name.
    """

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        named = [f"{name}={_words(leaf)}" for name, leaf in self.named().items()]
        texts = [*map(_words, self.positional()), *named]
        return f"an input of {texts[0]}" if len(texts) == 1 else f"the inputs {', '.join(texts)}"

    def named(self) -> dict[str, Any]:
        """Return the leaves of the arguments given by name; nested ones as `NAME_KEY`."""
        return dict(_leaves(self.kwargs or {}, ""))

    def positional(self) -> list[Any]:
        """Return the leaves of the arguments given by position, in order."""
        return [leaf for value in self.args for _, leaf in _leaves(value, "")]


def network_inputs_of(inputs: Any) -> NetworkInputs:
    """Understand the `inputs` that a caller gave.

    Args:
        inputs: A mapping is by name, a sequence by position, anything else is the one input.
            Leaves are tensors, arrays, shapes, (shape, type) pairs, text such as `1x128:int64`,
            and plain values; mappings and sequences of leaves may be nested.

    Raises:
        FrontendError: A shape or type is none.
    """
    if isinstance(inputs, NetworkInputs):
        return inputs
    if isinstance(inputs, Mapping):
        return NetworkInputs(kwargs={str(name): _leaf(value) for name, value in inputs.items()})
    if isinstance(inputs, list | tuple) and not _is_shape(inputs) and not _is_pair(inputs):
        return NetworkInputs(args=tuple(map(_leaf, inputs)))
    return NetworkInputs(args=(_leaf(inputs),))


def spec_of(leaf: Any) -> TensorSpec | None:
    """Return shape and type of a leaf, or None where it is no tensor."""
    if isinstance(leaf, TensorSpec):
        return leaf
    if hasattr(leaf, "shape") and hasattr(leaf, "dtype"):
        return TensorSpec(tuple(leaf.shape), str(leaf.dtype).removeprefix("torch."))
    return None


def split_model(text: str) -> tuple[str, str | None]:
    """Split `file.onnx@1x64x256` into the model and the inputs given for it alone."""
    match = _SHAPE_AT_END.fullmatch(text)
    if match is None:
        return text, None
    try:
        parse_inputs(match["inputs"].split(","))
    except FrontendError:
        return text, None
    return match["model"], match["inputs"]


def parse_inputs(
    texts: Sequence[str],
) -> tuple[tuple[int, ...] | None, dict[str, TensorSpec] | None]:
    """Read inputs from texts: `3x224x224` for one sample, or `NAME=1x128:int64`.

    Returns:
        The shape of one sample, and the named inputs; each None where there is none.

    Raises:
        FrontendError: A text has another form, or there are both.
    """
    named = {}
    shape = None
    for text in texts:
        name, separator, spec = text.rpartition("=")
        if separator:
            named[name] = TensorSpec.parse(spec)
        elif shape is not None or TensorSpec.parse(spec).dtype or not spec[:1].isdigit():
            raise FrontendError(
                f"{text!r} names no input; with several inputs, or a type, each is given as "
                "NAME=1x128:int64"
            )
        else:
            shape = TensorSpec.parse(spec).shape
    if named and shape is not None:
        raise FrontendError(
            "one input is given without a name and others with one; name all of them"
        )
    return shape, named or None


def _words(leaf: Any) -> str:
    spec = spec_of(leaf)
    return repr(leaf) if spec is None else str(spec)


def _is_shape(value: Any) -> bool:
    """Tell whether a value is a shape: a sequence of whole numbers, not empty."""
    return (
        isinstance(value, list | tuple)
        and len(value) > 0
        and all(isinstance(n, int) and not isinstance(n, bool) for n in value)
    )


def _is_pair(value: Any) -> bool:
    """Tell whether a value is a shape with its type."""
    if not (isinstance(value, list | tuple) and len(value) == 2):
        return False
    shape, dtype = value
    is_type = _type_name(dtype) in ELEMENT_TYPES
    return is_type and isinstance(shape, list | tuple) and (not shape or _is_shape(shape))


def _type_name(dtype: Any) -> str:
    return str(getattr(dtype, "__name__", dtype)).removeprefix("torch.").lower()


def _leaf(value: Any) -> Any:
    """Turn shapes, pairs and texts into specs, also inside mappings and sequences."""
    if isinstance(value, str):
        return TensorSpec.parse(value) if _TEXT.fullmatch(value) and value else value
    if _is_shape(value):
        spec = TensorSpec(tuple(value))
        if min(spec.shape) < 1:
            raise FrontendError(f"the input shape {tuple(value)} has a size below 1")
        return spec
    if _is_pair(value):
        return TensorSpec(tuple(value[0]), _type_name(value[1]))
    if type(value) in (list, tuple):
        return type(value)(map(_leaf, value))
    if type(value) is dict:
        return {key: _leaf(entry) for key, entry in value.items()}
    return value


def _leaves(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield the leaves of nested mappings and sequences with their names."""
    prefix = f"{name}_" if name else ""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _leaves(entry, f"{prefix}{key}")
    elif isinstance(value, list | tuple):
        for position, entry in enumerate(value):
            yield from _leaves(entry, f"{prefix}{position}")
    else:
        yield name, value
