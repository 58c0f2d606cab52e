import io
import zipfile
from pathlib import Path
from random import Random

import pytest
import torch

from gennape.utils.torch_files import load_torch, save_torch
from helpers.damage import with_changed_bit

VALUE = {"weights": torch.arange(100.0), "epoch": 3}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_torch(tmp_path / "value.pt", VALUE)
    return tmp_path / "value.pt"


def test_what_was_written_is_read(path: Path) -> None:
    found = load_torch(path)
    assert torch.equal(found["weights"], VALUE["weights"])
    assert found["epoch"] == 3


def test_a_changed_number_is_damage(path: Path) -> None:
    """PyTorch itself reads it."""
    data = bytearray(path.read_bytes())
    at = data.index(VALUE["weights"].numpy().tobytes())
    data[at + 3] ^= 1
    path.write_bytes(data)
    assert torch.load(path)["weights"][0] != 0
    with pytest.raises(ValueError, match=r"its part \S+/data/0 is damaged"):
        load_torch(path)


def test_whatever_is_damaged_is_as_before_or_refused(path: Path) -> None:
    whole, random = path.read_bytes(), Random(0)
    for _ in range(200):
        path.write_bytes(with_changed_bit(whole, random))
        try:
            found = load_torch(path)
        except Exception:
            continue
        assert torch.equal(found["weights"], VALUE["weights"])
        assert found["epoch"] == 3


def test_what_is_compressed_is_refused(path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(packed, "w") as again:
        for name in archive.namelist():
            again.writestr(name, archive.read(name), zipfile.ZIP_DEFLATED)
        again.writestr("value/data/1", bytes(1 << 20), zipfile.ZIP_DEFLATED)
    path.write_bytes(packed.getvalue())
    with pytest.raises(ValueError, match="compressed"):
        load_torch(path)


def test_nothing_is_run(path: Path) -> None:
    torch.save({"weights": print}, path)
    with pytest.raises(Exception, match="Unsupported global"):
        load_torch(path)


def test_an_absent_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_torch(tmp_path / "absent.pt")
