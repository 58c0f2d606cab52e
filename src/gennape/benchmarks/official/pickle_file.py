"""Files that hold a pickle: plain ones, compressed ones, and those of `torch.save`.

Since version 1.6 `torch.save` writes a zip archive whose member `data.pkl` is the pickle;
before, it wrote four pickles: a magic number, a protocol version, facts of the machine,
and the object. Both keep the values of tensors elsewhere, which are not read.
"""

import bz2
import zipfile
from io import BufferedReader
from typing import IO, cast

from gennape.benchmarks.official.pickle_bytes import PickleError
from gennape.benchmarks.official.plain_pickle import PlainUnpickler
from gennape.benchmarks.official.plain_types import Names

_ZIP = b"PK\x03\x04"
_BZIP2 = b"BZh"
_TORCH_MAGIC = 0x1950A86A20F9469CFC6C
_OLD_TORCH = b"\x80\x02\x8a\x0a" + _TORCH_MAGIC.to_bytes(10, "little") + b"."
_PICKLES_BEFORE = 2
"""Between the magic number and the object: the version, and facts of the machine."""


def open_pickle(stream: IO[bytes], names: Names) -> PlainUnpickler:
    """The pickle of a file, about to be read.

    Args:
        stream: The file; an archive of `torch.save` must be seekable.
        names: The names that the pickle may use.

    Raises:
        PickleError: A zip archive has no pickle.
    """
    head = cast(BufferedReader, stream).peek(len(_OLD_TORCH))
    if head.startswith(_BZIP2):
        return PlainUnpickler(cast(IO[bytes], bz2.open(stream)), names)
    if head.startswith(_ZIP):
        return PlainUnpickler(_member_of_torch(stream), names)
    if not head.startswith(_OLD_TORCH):
        return PlainUnpickler(stream, names)
    stream.read(len(_OLD_TORCH))
    begun = b""
    for _ in range(_PICKLES_BEFORE):
        before = PlainUnpickler(stream, names, begun)
        before.load()
        begun = before.rest()
    return PlainUnpickler(stream, names, begun)


def _member_of_torch(stream: IO[bytes]) -> IO[bytes]:
    archive = zipfile.ZipFile(stream)
    for name in archive.namelist():
        if name.endswith("/data.pkl"):
            return archive.open(name)
    raise PickleError("the zip archive is none of torch.save: it has no data.pkl")
