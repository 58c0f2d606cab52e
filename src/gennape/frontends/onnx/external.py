"""Small tensors that an ONNX file keeps in another file of its folder."""

from math import prod
from pathlib import Path

import onnx
from onnx import helper


def external_numbers(tensor: onnx.TensorProto, folder: Path) -> bytes | None:
    """Return the numbers of a small tensor that is stored beside its file.

    No more is read than the tensor has, and nothing outside the folder.

    Args:
        tensor: The tensor; its shape is known to be small.
        folder: The folder of the ONNX file.

    Returns:
        Its raw data; None where it is not there.
    """
    entries = {entry.key: entry.value for entry in tensor.external_data}
    try:
        place = (folder / entries["location"]).resolve(strict=True)
        offset = int(entries.get("offset", "0"))
        size = prod(tensor.dims) * helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
        if offset < 0 or not (place.is_relative_to(folder.resolve()) and place.is_file()):
            return None
        with place.open("rb") as file:
            file.seek(offset)
            numbers = file.read(size)
    except (KeyError, OSError, ValueError, OverflowError):
        return None
    return numbers if len(numbers) == size else None
