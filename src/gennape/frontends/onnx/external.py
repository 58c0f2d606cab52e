"""Tensors that an ONNX file keeps in other files of its folder."""

from math import prod
from pathlib import Path
from typing import NamedTuple

import onnx
from onnx import helper


def external_numbers(tensor: onnx.TensorProto, folder: Path) -> bytes | None:
    """Return the numbers of a tensor that is stored beside its file.

    No more is read than the tensor has, and nothing outside the folder.

    Args:
        tensor: The tensor.
        folder: The folder of the ONNX file.

    Returns:
        Its raw data; None where it is not there.
    """
    place = external_place(tensor, folder)
    if place is None:
        return None
    try:
        with place.file.open("rb") as file:
            file.seek(place.offset)
            numbers = file.read(place.size)
    except OSError:
        return None
    return numbers if len(numbers) == place.size else None


class ExternalPlace(NamedTuple):
    """Where the numbers of a tensor are: a file of the folder, the first byte, and how many."""

    file: Path
    offset: int
    size: int


def external_place(tensor: onnx.TensorProto, folder: Path) -> ExternalPlace | None:
    """Find the numbers of a tensor in a file of the folder; None where they are not there.

    Args:
        tensor: The tensor.
        folder: The folder of the ONNX file.
    """
    entries = {entry.key: entry.value for entry in tensor.external_data}
    try:
        file = (folder / entries["location"]).resolve(strict=True)
        offset = int(entries.get("offset", "0"))
        size = prod(tensor.dims) * helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
        if offset < 0 or not (file.is_relative_to(folder.resolve()) and file.is_file()):
            return None
        is_there = offset + size <= file.stat().st_size
    except (KeyError, OSError, ValueError, OverflowError):
        return None
    return ExternalPlace(file, offset, size) if is_there else None
