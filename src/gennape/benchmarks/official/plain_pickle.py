"""Pickles of plain data, read opcode by opcode without ever running anything in them.

Python's own unpickler imports and calls what the file names. This one is an interpreter
of the pickle opcodes (protocols 2 to 5) that builds plain values only: the few names that
plain data needs are in `plain_types`, every other one ends the reading. Nothing is
imported on a file's behalf.

It also reads files that are far larger than memory: `records` hands out each dictionary
that has certain keys as soon as it is filled, and then forgets it and all that it holds.
"""

import pickletools
from collections.abc import Callable, Iterator
from struct import Struct
from typing import IO, Any

from gennape.benchmarks.official.pickle_bytes import PickleBytes, PickleError
from gennape.benchmarks.official.pickle_memo import Memo
from gennape.benchmarks.official.pickle_pairs import LOOK_AHEAD, read_pairs
from gennape.benchmarks.official.plain_types import Name, Names, plain_tuple, rebuilt

Record = dict[Any, Any]


class PlainUnpickler:
    """One pickle of a stream.

    Args:
        stream: Where the pickle begins.
        names: The names that the pickle may use.
        begun: Bytes of the pickle that were read from the stream already.
    """

    def __init__(self, stream: IO[bytes], names: Names, begun: bytes = b"") -> None:
        self._names = names
        self._bytes = PickleBytes(stream, begun)
        self._read = self._bytes.read
        self._stack: list[Any] = []
        self._below_marks: list[list[Any]] = []
        self._memo = Memo()

    def load(self) -> Any:
        """The pickle's value.

        Raises:
            PickleError: The pickle is damaged or holds more than plain data.
        """
        for _ in self._filled_dictionaries():
            pass
        return self.value

    def records(self, keys: frozenset[str]) -> Iterator[Record]:
        """Each dictionary with these keys, once it is filled.

        Memory stays small where each is emptied, or shrunk, before the next is taken. No
        later part of the pickle may refer to it or to what it held.

        Raises:
            PickleError: The pickle is damaged or holds more than plain data.
        """
        for filled in self._filled_dictionaries():
            if keys <= filled.keys():
                yield filled
                self._memo.forget_since(filled)

    @property
    def value(self) -> Any:
        """The pickle's value, once it was read to its end."""
        return self._stack[-1]

    def rest(self) -> bytes:
        """What was read from the stream beyond the pickle's end."""
        return self._bytes.rest()

    def _filled_dictionaries(self) -> Iterator[Record]:
        while True:
            code = self._read(1)[0]
            if code == _STOP:
                if not self._stack:
                    raise PickleError("the pickle is damaged: it ends without a value")
                return
            handler = _HANDLERS.get(code)
            if handler is None:
                raise PickleError(f"{_opcode(code)} belongs to no pickle of plain data")
            try:
                filled = handler(self)
            except PickleError:
                raise
            except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
                raise PickleError(f"the pickle is damaged at {_opcode(code)}: {error}") from error
            if filled is not None:
                yield filled

    def _find(self, module: str, name: str) -> None:
        path = f"{module}.{name}"
        if path not in self._names:
            raise PickleError(f"the pickle uses {path}, which plain data does not")
        self._stack.append(self._names[path])

    def _global(self) -> None:
        self._find(self._bytes.line(), self._bytes.line())

    def _stack_global(self) -> None:
        module, name = self._stack.pop(-2), self._stack.pop()
        if not isinstance(module, str) or not isinstance(name, str):
            raise TypeError("a name is no text")
        self._find(module, name)

    def _call(self) -> None:
        arguments, name = self._stack.pop(), self._stack.pop()
        if not isinstance(name, Name) or name.make is None:
            what = name.path if isinstance(name, Name) else f"a {type(name).__name__}"
            raise PickleError(f"the pickle calls {what}, which plain data does not")
        try:
            self._stack.append(name.make(*arguments))
        except (TypeError, ValueError, AttributeError) as error:
            raise PickleError(f"the pickle calls {name.path} wrongly: {error}") from error

    def _build(self) -> None:
        state = self._stack.pop()
        old, new = self._stack[-1], rebuilt(self._stack[-1], state)
        if new is not old:
            self._stack[-1] = new
            self._memo.replace(old, new)

    def _drop(self) -> None:
        self._stack.pop()

    def _persistent(self) -> None:
        """Replace the description of a tensor's values, which are elsewhere, by nothing."""
        self._stack[-1] = None

    def _mark(self) -> None:
        in_dictionary = self._stack[-1:] and type(self._stack[-1]) is dict
        self._below_marks.append(self._stack)
        self._stack = []
        while in_dictionary and (pairs := read_pairs(self._bytes.ahead(LOOK_AHEAD), self._memo)):
            self._stack += pairs.values
            self._bytes.skip(pairs.size)

    def _since_mark(self) -> list[Any]:
        values, self._stack = self._stack, self._below_marks.pop()
        return values

    def _tuple(self) -> None:
        values = self._since_mark()
        self._stack.append(plain_tuple(values))

    def _extend(self) -> None:
        values = self._since_mark()
        self._stack[-1].extend(values)

    def _append(self) -> None:
        value = self._stack.pop()
        self._stack[-1].append(value)

    def _add_items(self) -> None:
        values = self._since_mark()
        self._stack[-1].update(values)

    def _frozen_set(self) -> None:
        values = frozenset(self._since_mark())
        self._stack.append(values)

    def _set_items(self) -> Record:
        values = iter(self._since_mark())
        filled = self._dictionary()
        filled.update(zip(values, values, strict=True))
        return filled

    def _set_item(self) -> Record:
        key, value = self._stack.pop(-2), self._stack.pop()
        filled = self._dictionary()
        filled[key] = value
        return filled

    def _dictionary(self) -> Record:
        value = self._stack[-1]
        if not isinstance(value, dict):
            raise TypeError(f"a {type(value).__name__} has no keys")
        return value


Handler = Callable[[PlainUnpickler], Record | None]


def _constant(value: object) -> Handler:
    return lambda pickle: pickle._stack.append(value)


def _empty(kind: type) -> Handler:
    return lambda pickle: pickle._stack.append(kind())


def _number(layout: str) -> Handler:
    """Push a number of some layout."""
    size, unpack = Struct(layout).size, Struct(layout).unpack

    def handle(pickle: PlainUnpickler) -> None:
        pickle._stack.append(unpack(pickle._read(size))[0])

    return handle


def _sized(layout: str, decode: Callable[[bytes], object]) -> Handler:
    """Push a value that has its length, a number of some layout, before it."""
    size, unpack = Struct(layout).size, Struct(layout).unpack

    def handle(pickle: PlainUnpickler) -> None:
        pickle._stack.append(decode(pickle._read(unpack(pickle._read(size))[0])))

    return handle


def _tuple_of(size: int) -> Handler:
    """Push a tuple of the last values."""

    def handle(pickle: PlainUnpickler) -> None:
        pickle._stack[-size:] = [plain_tuple(pickle._stack[-size:])]

    return handle


def _put(layout: str) -> Handler:
    size, unpack = Struct(layout).size, Struct(layout).unpack

    def handle(pickle: PlainUnpickler) -> None:
        pickle._memo.put(unpack(pickle._read(size))[0], pickle._stack[-1])

    return handle


def _get(layout: str) -> Handler:
    size, unpack = Struct(layout).size, Struct(layout).unpack

    def handle(pickle: PlainUnpickler) -> None:
        pickle._stack.append(pickle._memo.get(unpack(pickle._read(size))[0]))

    return handle


def _skip(size: int) -> Handler:
    def handle(pickle: PlainUnpickler) -> None:
        pickle._read(size)

    return handle


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogatepass")


def _integer(value: bytes) -> int:
    return int.from_bytes(value, "little", signed=True)


def _opcode(code: int) -> str:
    names = (known.name for known in pickletools.opcodes if known.code == chr(code))
    return f"opcode {next(names, code)}"


_STOP = ord(".")

_HANDLERS: dict[int, Handler] = {
    code[0]: handler
    for code, handler in {
        b"\x80": _skip(1),  # protocol
        b"\x95": _skip(8),  # length of a frame
        b"(": PlainUnpickler._mark,
        b"N": _constant(None),
        b"\x88": _constant(True),
        b"\x89": _constant(False),
        b"J": _number("<i"),
        b"K": _number("<B"),
        b"M": _number("<H"),
        b"G": _number(">d"),
        b"\x8a": _sized("<B", _integer),
        b"\x8b": _sized("<I", _integer),
        b"\x8c": _sized("<B", _text),
        b"X": _sized("<I", _text),
        b"\x8d": _sized("<Q", _text),
        b"C": _sized("<B", bytes),
        b"B": _sized("<I", bytes),
        b"\x8e": _sized("<Q", bytes),
        b"\x96": _sized("<Q", bytes),  # a bytearray, as arrays are in protocol 5
        b"]": _empty(list),
        b"}": _empty(dict),
        b")": _empty(tuple),
        b"\x8f": _empty(set),
        b"a": PlainUnpickler._append,
        b"e": PlainUnpickler._extend,
        b"s": PlainUnpickler._set_item,
        b"u": PlainUnpickler._set_items,
        b"\x90": PlainUnpickler._add_items,
        b"\x91": PlainUnpickler._frozen_set,
        b"t": PlainUnpickler._tuple,
        b"\x85": _tuple_of(1),
        b"\x86": _tuple_of(2),
        b"\x87": _tuple_of(3),
        b"q": _put("<B"),
        b"r": _put("<I"),
        b"\x94": lambda pickle: pickle._memo.add(pickle._stack[-1]),
        b"h": _get("<B"),
        b"j": _get("<I"),
        b"0": PlainUnpickler._drop,
        b"c": PlainUnpickler._global,
        b"\x93": PlainUnpickler._stack_global,
        b"R": PlainUnpickler._call,
        b"\x81": PlainUnpickler._call,  # a new object, as a call
        b"b": PlainUnpickler._build,
        b"Q": PlainUnpickler._persistent,
    }.items()
}
