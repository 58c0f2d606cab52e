"""Values of PyTorch in files: written whole or not at all, and read only if they are undamaged."""

import io
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from gennape.utils.files import atomic_write


def save_torch(path: Path, value: Any) -> None:
    """Write a value that appears under its name only when it is whole.

    Args:
        path: Where it goes.
        value: What `torch.save` takes.

    Raises:
        WriteError: The operating system does not let it be written.
    """
    import torch  # most of what writes files does without

    content = io.BytesIO()  # of what goes wrong with a file torch says nothing that could be told
    torch.save(value, content)
    atomic_write(path, lambda partial: partial.write_bytes(content.getbuffer()))


def load_torch(path: Path) -> Any:
    """Read a value that `save_torch` wrote, onto the processor.

    PyTorch itself compares no checksums, and unpacks what is compressed without limits.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: There is none.
        Exception: It is damaged, or holds something else than tensors and plain values.
    """
    import torch

    with ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > path.stat().st_size:
            raise ValueError("it is compressed, which torch.save does not do")
        if damaged := archive.testzip():
            raise ValueError(f"its part {damaged} is damaged")
    return torch.load(path, "cpu", weights_only=True)
