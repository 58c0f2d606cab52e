import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from gennape.benchmarks import BenchmarkError
from gennape.benchmarks.images import DEVIATION, MEAN, read_cifar10

COLOURS = ((255, 0, 0), (0, 0, 255), (128, 128, 128))


def _jpeg(colour: tuple[int, int, int], size: int = 32) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(file, "JPEG", quality=100)
    return file.getvalue()


def _write(path: Path, images: list[bytes]) -> Path:
    pq.write_table(pa.table({"img": images, "label": list(range(len(images)))}), path)
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Three images, each of one colour."""
    return _write(tmp_path / "cifar10_jpeg_train.parquet", [_jpeg(one) for one in COLOURS])


def test_pixels_and_labels(table: Path) -> None:
    images = read_cifar10(table)
    assert len(images) == 3
    assert images.labels.tolist() == [0, 1, 2]
    expected = np.array(COLOURS)[:, :, None, None] * np.ones((32, 32))
    np.testing.assert_allclose(images.pixels, expected, atol=2)  # JPEG is not exact


def test_normalised_by_mean_and_deviation(table: Path) -> None:
    grey = read_cifar10(table).normalised()[2, :, 0, 0]
    expected = (128 / 255 - np.array(MEAN)) / np.array(DEVIATION)
    np.testing.assert_allclose(grey, expected, atol=0.02)


def test_some_rows_of_a_folder(table: Path) -> None:
    images = read_cifar10(table.parent, rows=np.array([2, 0]))
    assert images.labels.tolist() == [2, 0]
    np.testing.assert_array_equal(images.pixels, read_cifar10(table).pixels[[2, 0]])


def test_a_folder_without_the_part(table: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"cifar10_jpeg_test\.parquet does not exist"):
        read_cifar10(table.parent, "test")


def test_another_table(tmp_path: Path) -> None:
    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"text": ["a"]}), path)
    with pytest.raises(BenchmarkError, match="cannot be read as a table of CIFAR-10 images"):
        read_cifar10(path)


def test_too_few_rows(table: Path) -> None:
    with pytest.raises(BenchmarkError, match="cannot be read as a table of CIFAR-10 images"):
        read_cifar10(table, rows=np.array([3]))


@pytest.mark.parametrize("broken", [b"", b"no image", _jpeg(COLOURS[0])[:100]])
def test_a_broken_image(tmp_path: Path, broken: bytes) -> None:
    with pytest.raises(BenchmarkError, match="cannot be read as a table of CIFAR-10 images"):
        read_cifar10(_write(tmp_path / "broken.parquet", [broken]))


def test_images_of_another_size(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="another size than 32x32"):
        read_cifar10(_write(tmp_path / "large.parquet", [_jpeg(COLOURS[0], 64)]))


def test_other_formats_are_not_tried(tmp_path: Path) -> None:
    """Pillow starts another program for PostScript."""
    drawn = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 32 32\n%%EndComments\n"
    with pytest.raises(BenchmarkError, match="cannot identify image"):
        read_cifar10(_write(tmp_path / "drawn.parquet", [drawn]))


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("img", ["text"]),
        ("img", [None]),
        ("label", ["[1]"]),
        ("label", [0.5]),
        ("label", [10]),
        ("label", [-1]),
        ("label", [None]),
    ],
)
def test_cells_of_another_kind(column: str, cells: list[object], tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"img": [_jpeg(COLOURS[0])], "label": [0]} | {column: cells}), path)
    with pytest.raises(BenchmarkError, match=r"table\.parquet cannot be read as a table of CIFAR"):
        read_cifar10(path)


def test_the_real_images_have_mean_zero_and_deviation_one(data_folder: Path) -> None:
    images = read_cifar10(data_folder, rows=np.arange(2000))
    assert set(images.labels.tolist()) == set(range(10))
    values = images.normalised()
    np.testing.assert_allclose(values.mean((0, 2, 3)), 0, atol=0.05)
    np.testing.assert_allclose(values.std((0, 2, 3)), 1, atol=0.05)
