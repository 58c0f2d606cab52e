"""Pickles of plain data, read without ever running anything in them.

`PlainUnpickler` is Python's own unpickler, the one written in Python, with three changes.
It knows the opcodes of plain data only (protocols 2 to 5). The few names that plain data
needs are in `pickle_names`; every other one ends the reading, and nothing is imported,
called or given attributes on a file's behalf. And files far larger than memory can be
read: `records` hands out each dictionary that has certain keys as soon as it is filled,
and then forgets it and all that it holds.
"""

import pickle
import pickletools
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, cast

from gennape.benchmarks.benchmark import BenchmarkError
from gennape.benchmarks.formats.pickle_memo import PickleMemo
from gennape.benchmarks.formats.pickle_names import (
    PickledObject,
    PlainName,
    check_depth,
    check_unfolded,
    plain_names,
    rebuilt,
)
from gennape.utils.errors import plain

Record = dict[Any, Any]

_LONGEST = 1 << 28
"""Bytes of the longest value; a damaged length must not claim all memory."""
_LONGEST_NAME = 1 << 10
_MOST_BUILT, _DEEPEST = 3_000_000, 1_000
"""Containers and values in them of one record, and containers in one another."""
_MOST_UNFOLDED = 1_000_000
"""Values of a record, those of a container counted wherever it is."""
_CONTAINERS = (list, tuple, dict, set, frozenset, PickledObject)
_BYTES_OF_VALUE = 16


class PickleError(BenchmarkError):
    """A pickle that is damaged or holds more than plain data; says what."""


class PlainUnpickler(pickle._Unpickler):
    """A pickle of plain data in a stream.

    Args:
        stream: Where the pickle begins; nothing behind its end is read.
        classes: Paths of the classes whose objects become `PickledObject`s.
    """

    stack: list[Any]
    metastack: list[list[Any]]
    append: Callable[[Any], None]
    pop_mark: Callable[[], list[Any]]

    def __init__(self, stream: IO[bytes], classes: Iterable[str] = ()) -> None:
        super().__init__(stream)
        self._stream = stream
        self._names = plain_names(classes)
        self.memo = PickleMemo()
        self._built = 0
        self._has_shared = False
        self.stack, self.metastack = [], []
        self.append = self.stack.append

    def load(self) -> Any:
        """Return the pickle's value.

        Raises:
            PickleError: The pickle is damaged or holds more than plain data.
        """
        for _ in self._filled_containers():
            pass
        return self.stack[-1]

    def records(self, keys: frozenset[str]) -> Iterator[Record]:
        """Yield each dictionary with these keys, once it is filled.

        Memory stays small where each is emptied, or shrunk, before the next is taken. No
        later part of the pickle may refer to it or to what it held.

        Raises:
            PickleError: The pickle is damaged or holds more than plain data.
        """
        for filled in self._filled_containers():
            if isinstance(filled, dict) and keys <= filled.keys():
                if self._has_shared:
                    check_unfolded(filled, _MOST_UNFOLDED)
                yield filled
                self.memo.forget_since(filled)
                if not filled:
                    self._built = 0

    @property
    def value(self) -> Any:
        """The pickle's value, once it was read to its end; one that everybody can go through.

        Raises:
            ValueError: Containers are in one another too often, see `check_unfolded`.
        """
        value = self.stack[-1]
        if self._has_shared:
            check_unfolded(value, 5 * _MOST_UNFOLDED)
        return value

    def read(self, size: int) -> bytes:
        """Return the next bytes.

        Raises:
            PickleError: There are not so many, or no value has so many.
        """
        if size > _LONGEST:
            raise PickleError(f"the pickle is damaged: one value has {size:,} bytes")
        piece = self._stream.read(size)
        if len(piece) < size:
            raise _cut()
        return piece

    def readline(self) -> bytes:
        """Return the next line, such as a part of a name."""
        line = self._stream.readline(_LONGEST_NAME)
        if not line.endswith(b"\n"):
            raise _cut()
        return line

    def find_class(self, module: str, name: str) -> PlainName:
        """Return what stands for a name; nothing is imported.

        Raises:
            PickleError: Plain data has no such name.
        """
        path = f"{module}.{name}"
        if path not in self._names:
            raise PickleError(f"the pickle uses {plain(path)}, which plain data does not")
        return self._names[path]

    def persistent_load(self, pid: Any) -> None:
        """Replace the description of a tensor's values, which are elsewhere, by None."""

    def _filled_containers(self) -> Iterator[Any]:
        """Run all opcodes, and yield what has just been given values under keys."""
        read = self._stream.read
        while (code := read(1)) != pickle.STOP:
            handler = _HANDLERS.get(code)
            if handler is None:
                raise _unknown(code)
            try:
                handler(self)
            except PickleError:
                raise
            except _DAMAGES as error:
                raise PickleError(f"the pickle is damaged at {_opcode(code)}: {error}") from error
            if code in _FILLING:
                yield self.stack[-1]
        if not self.stack:
            raise PickleError("the pickle is damaged: it ends without a value")

    def count(self, built: int = 1) -> None:
        """Count containers and values in them, which take far more memory than bytes of a file.

        Raises:
            PickleError: They are too many for one record.
        """
        self._built += built
        if self._built > _MOST_BUILT or len(self.metastack) > _DEEPEST:
            raise PickleError("the pickle holds more in one record than official files do")

    def note_shared(self) -> None:
        """Remember that a container is in several places, and may be in each of many."""
        if isinstance(self.stack[-1], _CONTAINERS):
            self._has_shared = True

    def _skip_frame_size(self) -> None:
        self.read(8)

    def _call(self) -> None:
        arguments, name = self.stack.pop(), self.stack.pop()
        if not isinstance(name, PlainName) or name.make is None:
            what = name.path if isinstance(name, PlainName) else f"a {type(name).__name__}"
            raise PickleError(f"the pickle calls {what}, which plain data does not")
        self.count(1 + sum(map(_copied, arguments)))
        try:
            self.append(name.make(*arguments))
        except (TypeError, ValueError, AttributeError) as error:
            raise PickleError(f"the pickle calls {name.path} wrongly: {error}") from error

    def _build(self) -> None:
        state = self.stack.pop()
        old, new = self.stack[-1], rebuilt(self.stack[-1], state)
        if new is not old:
            self.stack[-1] = new
            self.memo.replace(old, new)


def _copied(argument: Any) -> int:
    """Return how many values a call copies of an argument."""
    if isinstance(argument, str | bytes | bytearray):
        return len(argument) // _BYTES_OF_VALUE
    return len(argument) if isinstance(argument, list | tuple | dict | set | frozenset) else 0


def _cut() -> PickleError:
    return PickleError("the pickle ends too early; the file is cut")


def _unknown(code: bytes) -> PickleError:
    if not code:
        return _cut()
    return PickleError(f"{_opcode(code)} belongs to no pickle of plain data")


def _opcode(code: bytes) -> str:
    names = (known.name for known in pickletools.opcodes if known.code.encode("latin1") == code)
    return f"opcode {next(names, code[0])}"


def _counted(inherited: "Handler") -> "Handler":
    """Count the container that is made."""

    def handle(unpickler: PlainUnpickler) -> None:
        unpickler.count()
        inherited(unpickler)

    return handle


def _shared(inherited: "Handler") -> "Handler":
    """Take note of containers that are referred to."""

    def handle(unpickler: PlainUnpickler) -> None:
        inherited(unpickler)
        unpickler.note_shared()

    return handle


def _checked_tuple(inherited: "Handler") -> "Handler":
    """Refuse tuples that cannot be hashed safely, as soon as they are made."""

    def handle(unpickler: PlainUnpickler) -> None:
        inherited(unpickler)
        check_depth(unpickler.stack[-1])

    return handle


Handler = Callable[[PlainUnpickler], None]

_DAMAGES = (
    pickle.UnpicklingError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
    RecursionError,
)
_FILLING = (pickle.SETITEM, pickle.SETITEMS)
_TUPLES = (pickle.TUPLE, pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3)
_MADE = (*(pickle.MARK, pickle.EMPTY_LIST, pickle.EMPTY_DICT, pickle.EMPTY_SET, pickle.FROZENSET),)
_AS_INHERITED = (
    *(pickle.PROTO, pickle.POP),
    *(pickle.NONE, pickle.NEWTRUE, pickle.NEWFALSE),
    *(pickle.BININT, pickle.BININT1, pickle.BININT2, pickle.LONG1, pickle.LONG4, pickle.BINFLOAT),
    *(pickle.SHORT_BINUNICODE, pickle.BINUNICODE, pickle.BINUNICODE8),
    *(pickle.SHORT_BINBYTES, pickle.BINBYTES, pickle.BINBYTES8),
    *(pickle.APPEND, pickle.APPENDS, pickle.SETITEM, pickle.SETITEMS, pickle.ADDITEMS),
    *(pickle.MEMOIZE, pickle.BINPUT, pickle.LONG_BINPUT, pickle.EMPTY_TUPLE),
    *(pickle.GLOBAL, pickle.STACK_GLOBAL, pickle.BINPERSID),
)
_INHERITED = cast(dict[int, Handler], pickle._Unpickler.dispatch)
_HANDLERS: dict[bytes, Handler] = {
    **{code: _INHERITED[code[0]] for code in _AS_INHERITED},
    **{code: _counted(_INHERITED[code[0]]) for code in _MADE},
    **{code: _counted(_checked_tuple(_INHERITED[code[0]])) for code in _TUPLES},
    **{code: _shared(_INHERITED[code[0]]) for code in (pickle.BINGET, pickle.LONG_BINGET)},
    pickle.BYTEARRAY8: _INHERITED[pickle.BINBYTES8[0]],  # as arrays are in protocol 5
    pickle.FRAME: PlainUnpickler._skip_frame_size,
    pickle.REDUCE: PlainUnpickler._call,
    pickle.NEWOBJ: PlainUnpickler._call,
    pickle.BUILD: PlainUnpickler._build,
}
