"""Pickles in files: plain ones, compressed ones, and those of `torch.save`."""

import bz2
import zipfile
from collections.abc import Iterable
from io import BufferedReader
from typing import IO, cast

from gennape.benchmarks.formats.plain_pickle import PickleError, PlainUnpickler
from gennape.benchmarks.formats.source import SourceFile, checked_member

_ZIP = b"PK\x03\x04"
_BZIP2 = b"BZh"
_TORCH_MAGIC = 0x1950A86A20F9469CFC6C
_OLD_TORCH = b"\x80\x02\x8a\x0a" + _TORCH_MAGIC.to_bytes(10, "little") + b"."
_PICKLES_BEFORE = 3
"""In a file of `torch.save` before 1.6: magic number, version, and facts of the machine."""


def open_pickle(file: SourceFile, classes: Iterable[str] = ()) -> PlainUnpickler:
    """Return the pickle of a file: a plain or compressed one, or one of `torch.save`.

    Since version 1.6 `torch.save` writes a zip archive whose member `data.pkl` is the
    pickle; before, it wrote three small pickles and then that of the object. Both keep the
    values of tensors elsewhere, which are not read.

    Args:
        file: The file; an archive of `torch.save` must be seekable.
        classes: Paths of the classes whose objects become `PickledObject`s.

    Raises:
        PickleError: A zip archive has no pickle.
    """
    stream = file.stream
    head = cast(BufferedReader, stream).peek(len(_OLD_TORCH))
    if head.startswith(_BZIP2):
        return PlainUnpickler(file.growth.stream(cast(IO[bytes], bz2.open(stream))), classes)
    if head.startswith(_ZIP):
        return PlainUnpickler(file.growth.stream(_member_of_torch(stream)), classes)
    if head.startswith(_OLD_TORCH):
        for _ in range(_PICKLES_BEFORE):
            PlainUnpickler(stream).load()
    return PlainUnpickler(stream, classes)


def _member_of_torch(stream: IO[bytes]) -> IO[bytes]:
    archive = zipfile.ZipFile(stream)
    for entry in archive.infolist():
        if entry.filename.endswith("/data.pkl"):
            return archive.open(checked_member(entry))
    raise PickleError("the zip archive is none of torch.save: it has no data.pkl")
