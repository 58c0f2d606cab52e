import torch

from gennape.labelling.augmentation import crop_and_flip


def _pixels(images: int) -> torch.Tensor:
    return torch.arange(1, 49, dtype=torch.uint8).reshape(1, 3, 4, 4).repeat(images, 1, 1, 1)


def test_nothing_to_do() -> None:
    pixels = _pixels(3)
    assert torch.equal(crop_and_flip(pixels, 0, flip=False), pixels)


def test_half_the_images_are_mirrored() -> None:
    torch.manual_seed(0)
    pixels = _pixels(200)
    result = crop_and_flip(pixels, 0, flip=True)
    is_same = (result == pixels).flatten(1).all(1)
    assert 70 < is_same.sum() < 130
    assert torch.equal(result[~is_same], pixels.flip(3)[~is_same])


def test_crops_are_all_windows_of_the_padded_image() -> None:
    torch.manual_seed(0)
    padded = torch.nn.functional.pad(_pixels(1)[0], (1, 1, 1, 1))
    windows = {
        padded[:, top : top + 4, left : left + 4].numpy().tobytes()
        for top in range(3)
        for left in range(3)
    }
    crops = crop_and_flip(_pixels(200), 1, flip=False)
    assert {crop.contiguous().numpy().tobytes() for crop in crops} == windows
