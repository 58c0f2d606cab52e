import numpy as np
import pytest
import torch

from gennape.labelling import Dataset, LabelledImages, LabellingError, load_dataset
from helpers.labelled_networks import coloured_images


def test_digits() -> None:
    digits = load_dataset("digits")
    assert digits.image_shape == (3, 8, 8)
    assert (len(digits.train), len(digits.test), digits.classes) == (1437, 360, 10)
    assert int(digits.train.pixels.max()) == 255
    assert not digits.can_mirror
    assert digits.sha256 == load_dataset("digits").sha256


def test_cifar10(data_folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All images; a part of them is decoded."""
    from gennape.benchmarks.images import read_cifar10
    from gennape.labelling import sources

    rows = np.arange(100)  # of all classes
    monkeypatch.setattr(sources, "read_cifar10", lambda f, part: read_cifar10(f, part, rows))
    images = load_dataset("cifar10", data_folder)
    assert images.image_shape == (3, 32, 32)
    assert images.can_mirror
    expected = read_cifar10(data_folder, "test", rows)
    np.testing.assert_array_equal(images.test.pixels.numpy(), expected.pixels)
    np.testing.assert_array_equal(images.test.classes.numpy(), expected.labels)


def test_unknown() -> None:
    with pytest.raises(LabellingError, match="no data set is called 'cifar11'"):
        load_dataset("cifar11")


def test_the_digest_is_of_all_that_matters() -> None:
    images = coloured_images()
    pixels = images.test.pixels.clone()
    pixels[-1, -1, -1, -1] += 1
    changed = Dataset(images.name, images.train, LabelledImages(pixels, images.test.classes))
    classes = LabelledImages(images.test.pixels, images.test.classes.flip(0))
    swapped = Dataset(images.name, images.train, classes)
    assert len({one.sha256 for one in (images, coloured_images(), changed, swapped)}) == 3
    assert images.to("cpu").sha256 == images.sha256


def test_moments_are_those_of_the_pixels() -> None:
    images = coloured_images()
    mean, deviation = images.moments()
    pixels = images.train.pixels.double()
    torch.testing.assert_close(mean.flatten().double(), pixels.mean((0, 2, 3)))
    expected = pixels.transpose(0, 1).flatten(1).std(1, correction=0)
    torch.testing.assert_close(deviation.flatten().double(), expected)


def test_parts_that_do_not_fit() -> None:
    whole = coloured_images()
    with pytest.raises(LabellingError, match="not N images"):
        LabelledImages(whole.train.pixels, whole.train.classes[1:])
    with pytest.raises(LabellingError, match="not N images"):
        LabelledImages(whole.train.pixels[:0], whole.train.classes[:0])
    with pytest.raises(LabellingError, match="must be uint8"):
        LabelledImages(whole.train.pixels.float(), whole.train.classes)
    small = coloured_images(pixels=4)
    with pytest.raises(LabellingError, match="different shapes"):
        Dataset("mixed", whole.train, small.test)
    with pytest.raises(LabellingError, match="does not train on"):
        Dataset("new", whole.train, LabelledImages(whole.test.pixels, whole.test.classes + 1))


def test_classes_that_teach_nothing() -> None:
    images = coloured_images()
    one = [LabelledImages(part.pixels, torch.zeros_like(part.classes)) for part in images.parts]
    with pytest.raises(LabellingError, match="has one class; there is nothing to tell apart"):
        Dataset("one", *one)
    train = LabelledImages(images.train.pixels, images.train.classes.clamp(min=2))
    test = LabelledImages(images.test.pixels, images.test.classes.clamp(min=2))
    with pytest.raises(LabellingError, match="has no training images of the classes 0, 1"):
        Dataset("few", train, test)


def test_spread_images_are_of_all_places() -> None:
    part = LabelledImages(torch.arange(10).to(torch.uint8).view(10, 1, 1, 1), torch.arange(10))
    assert part.spread(4).classes.tolist() == [0, 2, 5, 7]
    assert part.spread(4).pixels.flatten().tolist() == [0, 2, 5, 7]
    assert len(part.spread(0)) == len(part.spread(10)) == len(part.spread(99)) == 10
