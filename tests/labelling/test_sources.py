from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gennape.labelling import LabellingError, load_dataset
from gennape.utils.optional_imports import ModuleError

RED, BLUE = (200, 10, 10), (10, 10, 200)


def _image(colour: tuple[int, int, int], size: tuple[int, int] = (6, 6)) -> Image.Image:
    return Image.new("RGB", size, colour)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two training images and a test image of each colour."""
    root = tmp_path / "colours"
    for part, count in (("train", 2), ("test", 1)):
        for name, colour in (("blue", BLUE), ("red", RED)):
            (root / part / name).mkdir(parents=True)
            for number in range(count):
                _image(colour).save(root / part / name / f"{number}.png")
    (root / "train" / ".hidden").write_text("no class")
    return root


def test_an_image_folder(folder: Path) -> None:
    images = load_dataset(str(folder))
    assert images.name == "colours"
    assert images.train.classes.tolist() == [0, 0, 1, 1]
    assert images.test.classes.tolist() == [0, 1]
    assert images.image_shape == (3, 6, 6)
    assert images.test.pixels[:, :, 0, 0].tolist() == [list(BLUE), list(RED)]


def test_images_are_resized(folder: Path) -> None:
    """The middle of a wide image is kept."""
    wide = np.zeros((8, 16, 3), np.uint8)
    wide[:, 4:12] = BLUE
    Image.fromarray(wide).save(folder / "test" / "blue" / "0.png")
    with pytest.raises(LabellingError, match="several sizes; give a resolution"):
        load_dataset(str(folder))
    images = load_dataset(str(folder), resolution=4)
    assert images.image_shape == (3, 4, 4)
    assert images.test.pixels[0, 2].min() > 150  # black would be 0


def test_images_of_16_bits(folder: Path) -> None:
    """What is above 255 is no white."""
    for part, number in (("train", 0), ("train", 1), ("test", 0)):
        for name, level in (("blue", 257 * 20), ("red", 257 * 130)):
            levels = np.full((6, 6), level, dtype=np.uint16)
            Image.fromarray(levels).save(folder / part / name / f"{number}.png")
    images = load_dataset(str(folder))
    assert images.test.pixels[:, 0, 0, 0].tolist() == [20, 130]


def test_an_empty_class(folder: Path) -> None:
    (folder / "train" / "green").mkdir()
    with pytest.raises(LabellingError, match="green is empty; a class needs images"):
        load_dataset(str(folder))


def test_bad_folders(folder: Path, tmp_path: Path) -> None:
    (folder / "test" / "green").mkdir()
    with pytest.raises(LabellingError, match="green is of a class that is not in train"):
        load_dataset(str(folder))
    (folder / "test" / "green").rmdir()
    (folder / "test" / "red" / "0.png").write_text("no image")
    with pytest.raises(LabellingError, match=r"0\.png cannot be read as an image"):
        load_dataset(str(folder))
    (folder / "test" / "red" / "0.png").unlink()
    (folder / "test" / "blue" / "0.png").unlink()
    with pytest.raises(LabellingError, match=r"there are no images in .*test"):
        load_dataset(str(folder))
    with pytest.raises(LabellingError, match="has no folder train and no folder test"):
        load_dataset(str(tmp_path))
    with pytest.raises(LabellingError, match="digits has a resolution of its own"):
        load_dataset("digits", resolution=16)


MODULE = """
import numpy as np
import torch
from PIL import Image


class Samples:
    def __init__(self, images):
        self.images = images

    def __len__(self):
        return len(self.images)

    def __getitem__(self, number):
        return self.images[number], number % 2


GREY = np.arange(36, dtype=np.uint8).reshape(6, 6)
KINDS = [
    Image.fromarray(GREY),
    GREY[:, :, None],
    torch.from_numpy(GREY)[None].expand(3, 6, 6),
    torch.from_numpy(GREY)[None] / 255,
]


def grey(train):
    return Samples(KINDS if train else KINDS[:2])


def texts(train):
    return Samples(["a", "b"])


def not_numbers(train):
    return Samples([torch.full((3, 6, 6), float("nan"))])


def not_shares(train):
    return Samples([torch.full((3, 6, 6), 200.0)])


def floats(train):
    return Samples([np.full((6, 6, 3), 0.5)])


def broken(train):
    raise KeyError("nothing here")
"""


@pytest.fixture
def in_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_images.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("in_module")
def test_a_factory() -> None:
    """All kinds of images are read alike."""
    images = load_dataset("own_images:grey")
    assert images.name == "own_images:grey"
    assert images.train.classes.tolist() == [0, 1, 0, 1]
    expected = torch.arange(36, dtype=torch.uint8).reshape(6, 6).expand(3, 6, 6)
    for pixels in (*images.train.pixels, *images.test.pixels):
        assert torch.equal(pixels, expected)


@pytest.mark.usefixtures("in_module")
@pytest.mark.parametrize(
    "name, error, sentence",
    [
        ("own_images:gray", ModuleError, "no factory 'gray'; did you mean grey"),
        ("own_imagery:grey", ModuleError, "there is no module 'own_imagery'"),
        ("own_images:texts", LabellingError, "a str is no image"),
        ("own_images:not_numbers", LabellingError, "image 0: its numbers go from nan to nan"),
        ("own_images:not_shares", LabellingError, "go from 200 to 200; floats go from 0 to 1"),
        ("own_images:floats", LabellingError, "its numbers are float64"),
        ("own_images:broken", LabellingError, r"broken\(train=True\) gave no images.*nothing"),
    ],
)
def test_bad_factories(name: str, error: Any, sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        load_dataset(name)


def test_no_program_is_started_for_an_image(folder: Path) -> None:
    """PostScript is a language, and Pillow has another program read it."""
    _image(RED).save(folder / "train" / "red" / "2.eps")
    with pytest.raises(LabellingError, match=r"2\.eps cannot be read as an image"):
        load_dataset(str(folder))


def test_a_small_file_of_many_pixels(folder: Path) -> None:
    Image.new("1", (1 << 13, (1 << 12) + 1)).save(folder / "train" / "red" / "2.png")
    with pytest.raises(LabellingError, match=r"2\.png has 8192x4097 pixels; make it smaller"):
        load_dataset(str(folder), resolution=8)
