"""CRC-32C (Castagnoli), the checksum of TFRecord files.

Source: RFC 3720, appendix B.4: polynomial 0x1EDC6F41, reflected, all bits set before and
inverted after. TFRecord files hold it masked: rotated right by 15 bits, plus a constant.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_REFLECTED = 0x82F63B78
_ALL = np.uint32(0xFFFFFFFF)
_MASK = np.uint32(0xA282EAD8)


def _table() -> npt.NDArray[np.uint32]:
    """What each byte contributes."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(_REFLECTED), table >> 1)
    return table


_TABLE = _table()


def crc32c(texts: Sequence[bytes]) -> npt.NDArray[np.uint32]:
    """The checksums of some texts, all computed side by side, `(texts,)`."""
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    longest_first = np.argsort(-lengths, kind="stable")
    columns = _columns([texts[i] for i in longest_first])
    longer = len(texts) - np.searchsorted(np.sort(lengths), np.arange(len(columns)), "right")
    crc = np.full(len(texts), _ALL)
    for column, count in zip(columns, longer, strict=True):
        going = crc[:count]
        going[:] = _TABLE[(going ^ column[:count]) & 0xFF] ^ (going >> np.uint32(8))
    result = np.empty_like(crc)
    result[longest_first] = crc ^ _ALL
    return result


def masked(crc: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Checksums as TFRecord files hold them."""
    return ((crc >> np.uint32(15)) | (crc << np.uint32(17))) + _MASK


def _columns(texts: Sequence[bytes]) -> npt.NDArray[np.uint8]:
    """The first bytes of all texts, the second ones and so on, `(longest, texts)`."""
    longest = len(texts[0]) if texts else 0
    padded = b"".join(text.ljust(longest, b"\0") for text in texts)
    rows = np.frombuffer(padded, np.uint8).reshape(len(texts), longest)
    return np.ascontiguousarray(rows.T)
