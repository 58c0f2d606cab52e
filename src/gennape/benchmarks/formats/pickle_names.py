"""The names that pickles of plain data may use, and what stands for them here.

Every value is built by the functions of this file from values that are plain already:
containers, text, numbers, numpy arrays of numbers. Tensors are replaced by their shape,
since no official file keeps a label in one, and objects of the few classes that an
importer names by a `PickledObject`, which has their fields and none of their behaviour.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

_PLAIN_DTYPE = re.compile(r"[biufcSU]\d+", re.ASCII)  # numbers and text, as numpy pickles them
_BYTE_ORDERS = "<>=|"
_DEEPEST, _MOST = 16, 10_000


@dataclass(frozen=True)
class PlainName:
    """A name that a pickle may use.

    Attributes:
        path: Module and name.
        make: What calling it gives; None where it only stands as an argument.
    """

    path: str
    make: Callable[..., Any] | None = None


CONSTANTS = (PlainName, np.dtype)
"""Values that a pickle stores once and may refer to from everywhere."""


@dataclass
class PickledObject:
    """An object of a class that is not imported.

    Attributes:
        path: Module and name of its class.
        arguments: What its class was called with.
        state: Its attributes.
    """

    path: str
    arguments: tuple[Any, ...]
    state: Any = None


def plain_names(classes: Iterable[str] = ()) -> Mapping[str, PlainName]:
    """Return the names of plain data, and classes whose objects become `PickledObject`s."""
    return _PLAIN | {path: _class(path) for path in classes}


def check_depth(value: tuple[Any, ...]) -> None:
    """Refuse tuples that are not safe to hash: Python follows them as deep as they go.

    Raises:
        ValueError: Tuples are nested beyond what any official file needs.
    """
    inside: Iterable[tuple[Any, ...]] = (value,)
    for _ in range(_DEEPEST):
        inside = [value for outer in inside for value in outer if isinstance(value, tuple)]
        if not inside:
            return
        if len(inside) > _MOST:
            break
    raise ValueError("tuples are nested beyond plain data")


def check_unfolded(value: Any, most: int) -> None:
    """Refuse containers that are in one another so often that nobody could go through them.

    A list of twice the same list, and so on for 34 times, is a few bytes of a pickle and 2**34
    values; a list in itself has no end.

    Raises:
        ValueError: There are more than `most` values, each counted wherever it is.
    """
    waiting = [value]
    for _ in range(most):
        if not waiting:
            return
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one
            waiting += one.values()
        elif isinstance(one, list | tuple | set | frozenset):
            waiting += one
        elif isinstance(one, PickledObject):
            waiting += (one.arguments, one.state)
        if len(waiting) > most:
            break
    raise ValueError("it holds containers in one another too often")


def rebuilt(value: Any, state: Any) -> Any:
    """Return a value after it was given a state: another object where it must be.

    Raises:
        ValueError: Values of this kind have no such state.
    """
    if isinstance(value, PickledObject):
        value.state = state
        return value
    if isinstance(value, dict):  # attributes of an OrderedDict, such as torch's `_metadata`
        return value
    if isinstance(value, np.dtype):
        order = state[1]
        if order not in _BYTE_ORDERS:
            raise ValueError(f"{order!r} is no byte order")
        return value if order == "|" else value.newbyteorder(order)
    if isinstance(value, np.ndarray):
        _, shape, dtype, by_columns, values = state
        return _array(values, dtype, shape, "F" if by_columns else "C")
    raise ValueError(f"a {type(value).__name__} has no state")


def _class(path: str) -> PlainName:
    return PlainName(path, lambda *arguments: PickledObject(path, arguments))


def _dtype(text: str, *_: Any) -> np.dtype[Any]:
    if not _PLAIN_DTYPE.fullmatch(_text(text)):
        raise ValueError(f"numpy arrays of {text!r} are no plain data")
    return np.dtype(text)


def _array(
    values: bytes | bytearray, dtype: np.dtype[Any], shape: tuple[int, ...], order: Any = "C"
) -> npt.NDArray[Any]:
    if not isinstance(values, bytes | bytearray) or not isinstance(dtype, np.dtype):
        raise ValueError("a numpy array holds no plain numbers")
    return np.frombuffer(values, dtype).reshape(shape, order=order)


def _scalar(dtype: np.dtype[Any], value: bytes) -> Any:
    return _array(value, dtype, (1,))[0].item()


def _encoded(text: str, encoding: str) -> bytes:
    """Decode bytes as protocol 2 writes them."""
    if encoding != "latin1":
        raise ValueError(f"bytes are written as latin1, not {encoding!r}")
    return _text(text).encode("latin1")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"a {type(value).__name__} stands where text belongs")
    return value


def _tuple(values: Iterable[Any] = ()) -> tuple[Any, ...]:
    made = tuple(values)
    check_depth(made)
    return made


def _tensor(storage: Any, offset: Any, shape: Iterable[int], *_: Any) -> tuple[Any, ...]:
    return _tuple(shape)


def _named(make: Callable[..., Any] | None, *paths: str) -> dict[str, PlainName]:
    return {path: PlainName(path, make) for path in paths}


def _first(value: Any, *_: Any) -> Any:
    return value


_STORAGES = ("Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool")

_PLAIN: dict[str, PlainName] = {
    **_named(
        lambda *pairs: dict(*pairs), "collections.OrderedDict", "builtins.dict", "__builtin__.dict"
    ),
    **_named(lambda *_: {}, "collections.defaultdict"),
    **_named(set, "builtins.set", "__builtin__.set"),
    **_named(frozenset, "builtins.frozenset", "__builtin__.frozenset"),
    **_named(list, "builtins.list", "__builtin__.list"),
    **_named(lambda: b"", "builtins.bytes", "__builtin__.bytes"),  # how protocol 2 writes none
    **_named(None, "builtins.int", "__builtin__.int", "__builtin__.long"),
    **_named(None, "builtins.float", "__builtin__.float"),
    **_named(_encoded, "_codecs.encode"),
    **_named(_dtype, "numpy.dtype"),
    **_named(None, "numpy.ndarray"),
    **_named(
        lambda *_: np.empty(0),
        "numpy.core.multiarray._reconstruct",
        "numpy._core.multiarray._reconstruct",
    ),
    **_named(_scalar, "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar"),
    **_named(_array, "numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer"),
    **_named(_tuple, "torch.Size"),
    **_named(_tensor, "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor"),
    **_named(_first, "torch._utils._rebuild_parameter"),
    **_named(lambda *_: None, "torch.storage._load_from_bytes"),
    **_named(None, *(f"torch.{kind}Storage" for kind in _STORAGES)),
}
