"""Pickles of plain data, read without ever running anything in them.

`PlainUnpickler` is Python's own unpickler, the one written in Python, with three changes.
It knows the opcodes of plain data only (protocols 2 to 5). The few names that plain data
needs are in `pickle_names`; every other one ends the reading, and nothing is imported,
called or given attributes on a file's behalf. And files far larger than memory can be
read: `records` hands out each dictionary that has certain keys as soon as it is filled,
and then forgets it and all that it holds.
"""

import bz2
import pickle
import pickletools
import zipfile
from collections.abc import Callable, Iterable, Iterator
from io import BufferedReader
from typing import IO, Any, cast

from gennape.benchmarks.benchmark import BenchmarkError
from gennape.benchmarks.formats.pickle_memo import PickleMemo
from gennape.benchmarks.formats.pickle_names import PlainName, check_depth, plain_names, rebuilt

Record = dict[Any, Any]

_LONGEST = 1 << 28
"""Bytes of the longest value; a damaged length must not claim all memory."""
_LONGEST_NAME = 1 << 10
_CHUNK = 1 << 20

_ZIP = b"PK\x03\x04"
_BZIP2 = b"BZh"
_TORCH_MAGIC = 0x1950A86A20F9469CFC6C
_OLD_TORCH = b"\x80\x02\x8a\x0a" + _TORCH_MAGIC.to_bytes(10, "little") + b"."
_PICKLES_BEFORE = 3
"""In a file of `torch.save` before 1.6: magic number, version, and facts of the machine."""


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
        self.stack, self.metastack = [], []
        self.append = self.stack.append

    def load(self) -> Any:
        """Return the pickle's value.

        Raises:
            PickleError: The pickle is damaged or holds more than plain data.
        """
        for _ in self._filled_containers():
            pass
        return self.value

    def records(self, keys: frozenset[str]) -> Iterator[Record]:
        """Yield each dictionary with these keys, once it is filled.

        Memory stays small where each is emptied, or shrunk, before the next is taken. No
        later part of the pickle may refer to it or to what it held.

        Raises:
            PickleError: The pickle is damaged or holds more than plain data.
        """
        for filled in self._filled_containers():
            if isinstance(filled, dict) and keys <= filled.keys():
                yield filled
                self.memo.forget_since(filled)

    @property
    def value(self) -> Any:
        """The pickle's value, once it was read to its end."""
        return self.stack[-1]

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
            raise PickleError(f"the pickle uses {path}, which plain data does not")
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

    def _skip_frame_size(self) -> None:
        self.read(8)

    def _call(self) -> None:
        arguments, name = self.stack.pop(), self.stack.pop()
        if not isinstance(name, PlainName) or name.make is None:
            what = name.path if isinstance(name, PlainName) else f"a {type(name).__name__}"
            raise PickleError(f"the pickle calls {what}, which plain data does not")
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


def open_pickle(stream: IO[bytes], classes: Iterable[str] = ()) -> PlainUnpickler:
    """Return the pickle of a file: a plain or compressed one, or one of `torch.save`.

    Since version 1.6 `torch.save` writes a zip archive whose member `data.pkl` is the
    pickle; before, it wrote three small pickles and then that of the object. Both keep the
    values of tensors elsewhere, which are not read.

    Args:
        stream: The file; an archive of `torch.save` must be seekable.
        classes: Paths of the classes whose objects become `PickledObject`s.

    Raises:
        PickleError: A zip archive has no pickle.
    """
    head = cast(BufferedReader, stream).peek(len(_OLD_TORCH))
    if head.startswith(_BZIP2):
        return PlainUnpickler(_buffered(bz2.open(stream)), classes)
    if head.startswith(_ZIP):
        return PlainUnpickler(_buffered(_member_of_torch(stream)), classes)
    if head.startswith(_OLD_TORCH):
        for _ in range(_PICKLES_BEFORE):
            PlainUnpickler(stream).load()
    return PlainUnpickler(stream, classes)


def _member_of_torch(stream: IO[bytes]) -> IO[bytes]:
    archive = zipfile.ZipFile(stream)
    for name in archive.namelist():
        if name.endswith("/data.pkl"):
            return archive.open(name)
    raise PickleError("the zip archive is none of torch.save: it has no data.pkl")


def _buffered(stream: Any) -> IO[bytes]:
    """Buffer a decompressed stream, whose own `read` is slow for single bytes."""
    return BufferedReader(stream, _CHUNK)


def _cut() -> PickleError:
    return PickleError("the pickle ends too early; the file is cut")


def _unknown(code: bytes) -> PickleError:
    if not code:
        return _cut()
    return PickleError(f"{_opcode(code)} belongs to no pickle of plain data")


def _opcode(code: bytes) -> str:
    names = (known.name for known in pickletools.opcodes if known.code.encode("latin1") == code)
    return f"opcode {next(names, code[0])}"


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
_AS_INHERITED = (
    *(pickle.PROTO, pickle.MARK, pickle.POP),
    *(pickle.NONE, pickle.NEWTRUE, pickle.NEWFALSE),
    *(pickle.BININT, pickle.BININT1, pickle.BININT2, pickle.LONG1, pickle.LONG4, pickle.BINFLOAT),
    *(pickle.SHORT_BINUNICODE, pickle.BINUNICODE, pickle.BINUNICODE8),
    *(pickle.SHORT_BINBYTES, pickle.BINBYTES, pickle.BINBYTES8),
    *(pickle.EMPTY_LIST, pickle.APPEND, pickle.APPENDS),
    *(pickle.EMPTY_DICT, pickle.SETITEM, pickle.SETITEMS),
    *(pickle.EMPTY_TUPLE, pickle.EMPTY_SET, pickle.ADDITEMS, pickle.FROZENSET),
    *(pickle.MEMOIZE, pickle.BINPUT, pickle.LONG_BINPUT, pickle.BINGET, pickle.LONG_BINGET),
    *(pickle.GLOBAL, pickle.STACK_GLOBAL, pickle.BINPERSID),
)
_INHERITED = cast(dict[int, Handler], pickle._Unpickler.dispatch)
_HANDLERS: dict[bytes, Handler] = {
    **{code: _INHERITED[code[0]] for code in _AS_INHERITED},
    **{code: _checked_tuple(_INHERITED[code[0]]) for code in _TUPLES},
    pickle.BYTEARRAY8: _INHERITED[pickle.BINBYTES8[0]],  # as arrays are in protocol 5
    pickle.FRAME: PlainUnpickler._skip_frame_size,
    pickle.REDUCE: PlainUnpickler._call,
    pickle.NEWOBJ: PlainUnpickler._call,
    pickle.BUILD: PlainUnpickler._build,
}
