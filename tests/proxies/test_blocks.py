import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gennape import spaces
from gennape.frontends import graph_of
from gennape.proxies.blocks import _block_ends, _largest_singular_value
from gennape.proxies.passes import MissingScore
from helpers.proxy_networks import make


def _singular(before: Tensor, behind: Tensor) -> float | None:
    return _largest_singular_value(before, behind, torch.Generator().manual_seed(0))


def _maps(*shape: int) -> Tensor:
    return torch.randn(*shape, requires_grad=True)


def test_a_block_that_scales_has_its_factor() -> None:
    before = _maps(2, 1, 6, 6)
    assert _singular(before, 3 * before) == pytest.approx(3)


def test_each_channel_has_a_factor_of_its_own() -> None:
    """Signs of channels agree by chance only, the less the more places there are."""
    before = _maps(50, 2, 40, 40)
    factors = torch.tensor([5.0, 1.0])[:, None, None]
    assert _singular(before, factors * before) == pytest.approx(5, rel=0.01)


def test_an_identity_passes_everything() -> None:
    before = _maps(2, 3, 4, 4)
    assert _singular(before, before + 0) is None


def test_four_pixels_that_make_one() -> None:
    """The gradient comes to each of the four, whose vector has the length 2."""
    before = _maps(2, 1, 6, 6)
    behind = 4 * nn.functional.avg_pool2d(before, 2)
    assert _singular(before, behind) == pytest.approx(2)


@pytest.mark.parametrize("size", [8, 9])
def test_edges_that_are_left_out(size: int) -> None:
    before = _maps(2, 1, size, size)
    assert _singular(before, 3 * before[..., 1:-1, 1:-1]) == pytest.approx(3)


@pytest.mark.parametrize("size", [14, 15])
def test_every_second_pixel_of_any_number(size: int) -> None:
    before = _maps(2, 1, size, size)
    assert _singular(before, 3 * before[..., ::2, ::2]) == pytest.approx(3)


def test_blocks_that_enlarge() -> None:
    before = _maps(2, 1, 4, 4)
    with pytest.raises(MissingScore, match="enlarges"):
        _singular(before, nn.functional.interpolate(before, scale_factor=2))


def _ends(name: str) -> list[str]:
    module = graph_of(make(name), (3, 8, 8)).to_module()
    return [node.name for node in _block_ends(module)]


def test_the_blocks_of_a_chain_end_at_its_activations() -> None:
    assert _ends("chain") == ["n003_relu", "n006_relu6"]


def test_residual_blocks_end_at_their_sums() -> None:
    """The first begins at the stem's batch norm, which both of its branches read."""
    assert _ends("branched") == ["n002_batch_norm", "add", "add_1"]


class _Cell(nn.Module):
    """Joins what it makes of each of the two cells before."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(first, 2, 1), nn.Conv2d(second, 2, 1)

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        return torch.cat([self.first(first), self.second(second)], dim=1)


class _TwoCellsBack(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cells = nn.ModuleList([_Cell(3, 3), _Cell(3, 4), _Cell(4, 4)])
        self.head = nn.Linear(4, 10)

    def forward(self, images: Tensor) -> Tensor:
        before, last = images, images
        for cell in self.cells:
            before, last = last, cell(before, last)
        return self.head(last.mean((2, 3)))


def test_cells_that_read_two_cells_end_at_their_concatenations() -> None:
    module = graph_of(_TwoCellsBack(), (3, 8, 8)).to_module()
    assert [node.target for node in _block_ends(module)] == [torch.cat] * 3


def test_networks_of_nasbench301_have_blocks() -> None:
    space = spaces.get("nasbench301")
    architecture = space.sample(np.random.default_rng(0))
    ends = _block_ends(space.graph(architecture).to_module())
    assert [node.target for node in ends] == [torch.cat] * 8
