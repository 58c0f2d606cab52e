from pathlib import Path

import pytest
import torch

from gennape.benchmarks import BenchmarkError
from gennape.proxies import Batch
from gennape.proxies.batches import make_batch


def test_noise_is_standard_normal_and_follows_the_seed() -> None:
    first, again, other = (make_batch("noise", 64, (3, 16, 16), seed) for seed in (0, 0, 1))
    assert first.images.shape == (64, 3, 16, 16)
    assert first.labels is None
    assert torch.equal(first.images, again.images)
    assert not torch.equal(first.images, other.images)
    assert float(first.images.mean()) == pytest.approx(0, abs=0.02)
    assert float(first.images.std()) == pytest.approx(1, abs=0.02)


def test_parts_are_equal_shares_in_order() -> None:
    batch = Batch(torch.arange(12.0).reshape(6, 2), torch.arange(6))
    second = batch.part(1, 3)
    assert len(second) == 2
    assert second.images.tolist() == [[4, 5], [6, 7]]
    assert second.labels is not None and second.labels.tolist() == [2, 3]


def test_real_images_follow_the_seed_and_fit_the_input(data_folder: Path) -> None:
    plain, again = (make_batch(data_folder, 8, (3, 32, 32), 5) for _ in range(2))
    large = make_batch(data_folder, 8, (3, 64, 48), 5)
    assert torch.equal(plain.images, again.images)
    assert plain.labels is not None and large.labels is not None
    assert torch.equal(plain.labels, large.labels)
    assert large.images.shape == (8, 3, 64, 48)
    means = (one.images.mean((2, 3)) for one in (plain, large))
    torch.testing.assert_close(*means, atol=0.05, rtol=0)
    assert not torch.equal(plain.images, make_batch(data_folder, 8, (3, 32, 32), 6).images)


@pytest.mark.parametrize("shape", [(1, 32, 32), (3, 32)])
def test_real_images_need_colour_inputs(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(BenchmarkError, match=r"does not fit inputs of shape .*; use noise"):
        make_batch(tmp_path, 4, shape, 0)


def test_an_absent_file() -> None:
    with pytest.raises(BenchmarkError, match=r"absent\.parquet does not exist"):
        make_batch("absent.parquet", 4, (3, 32, 32), 0)


def test_too_few_images_for_statistics() -> None:
    with pytest.raises(ValueError, match="give at least 2 images"):
        make_batch("noise", 1, (3, 32, 32), 0)
