"""Features between a network's blocks, forward and backward.

A block ends at a sum or a concatenation that everything passes through, and begins at the
last tensor before it that everything passes through: a cell, a residual block, a dense
block. Where a network has no two such ends, because cells read the two cells before them, its
blocks lie between the concatenations, each of which depends on the one before; and where it has
no two of these either, as a plain chain, they end at the activations that everything passes
through.
"""

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

from gennape.proxies.passes import MissingScore

_JOINS = (operator.add, torch.cat)
_ACTIVATIONS = (nn.ReLU, nn.ReLU6, nn.Hardswish, nn.SiLU, nn.GELU, nn.ELU, nn.LeakyReLU, nn.PReLU)


@dataclass(frozen=True)
class BlockStatistics:
    """Statistics of the features between blocks.

    Attributes:
        entropies: Of each block's features: that of the eigenvalues of the channels'
            covariance as shares of their sum; the first belongs to the features before the
            first block.
        largest_singular_values: Of each block, how strongly it passes gradients back: of
            the mean product of random signs behind it and what they become before it; None
            for a block that passes everything back unchanged.
    """

    entropies: Sequence[float]
    largest_singular_values: Sequence[float | None]


def block_statistics(module: fx.GraphModule, images: Tensor, seed: int) -> BlockStatistics:
    """Run images through a network and gradients back through each block.

    Raises:
        MissingScore: The network has no two blocks of feature maps, or one is constant.
    """
    wanted = _block_ends(module)
    features = _Recorder(module, wanted).features(images)
    if len(features) < 2:
        raise MissingScore("the network has no two blocks of feature maps")
    generator = torch.Generator().manual_seed(seed)
    pairs = pairwise(features)
    singular = [_largest_singular_value(*pair, generator) for pair in pairs]
    return BlockStatistics([_entropy(one.detach()) for one in features], singular)


def _block_ends(module: fx.GraphModule) -> list[fx.Node]:
    """List the nodes where blocks begin and end, in order."""
    passed = _passed_by_everything(module.graph)
    ends = [node for node in passed if node.target in _JOINS]
    if len(ends) >= 2:
        starts = [before for before, node in pairwise(passed) if node in ends]
        return [node for node in passed if node in ends or node in starts]
    line = _concatenations_in_line(module.graph)
    if len(line) >= 2:
        return line
    return [node for node in passed if _is_activation(module, node)]


def _passed_by_everything(code: fx.Graph) -> list[fx.Node]:
    """List computed tensors that lie on every path from the inputs to the outputs, in order.

    In the order of computation, no tensor from before one of them is used after it.
    """
    nodes = [node for node in code.nodes if node.op != "get_attr"]
    place = {node: i for i, node in enumerate(nodes)}
    passed, last_use = [], 0
    for i, node in enumerate(nodes):
        if last_use <= i and node.op.startswith("call") and node.users:
            passed.append(node)
        last_use = max([last_use, *(place[user] for user in node.users)])
    return passed


def _concatenations_in_line(code: fx.Graph) -> list[fx.Node]:
    """List concatenations of which each depends on the one before, from the first on."""
    line: list[fx.Node] = []
    behind_last: set[fx.Node] = set()
    for node in code.nodes:
        if not behind_last.isdisjoint(node.all_input_nodes):
            behind_last.add(node)
        if node.target is torch.cat and (not line or node in behind_last):
            line.append(node)
            behind_last = {node}
    return line


def _is_activation(module: fx.GraphModule, node: fx.Node) -> bool:
    return node.op == "call_module" and isinstance(
        module.get_submodule(str(node.target)), _ACTIVATIONS
    )


class _Recorder(fx.Interpreter):
    """Interpreter of a network that keeps the feature maps of some nodes."""

    def __init__(self, module: fx.GraphModule, wanted: Sequence[fx.Node]) -> None:
        super().__init__(module)
        self._wanted = frozenset(wanted)
        self._kept: list[Tensor] = []

    def features(self, images: Tensor) -> list[Tensor]:
        """Return the feature maps of more than one pixel, in order, with gradients by the input."""
        self.run(images.clone().requires_grad_(True))
        return self._kept

    def run_node(self, n: fx.Node) -> Any:
        result = super().run_node(n)
        if n in self._wanted and result.ndim == 4 and result[0, 0].numel() > 1:
            self._kept.append(result)
        return result


def _entropy(features: Tensor) -> float:
    rows = features.movedim(1, -1).flatten(0, -2).double()
    rows = rows - rows.mean(dim=0)
    eigenvalues = torch.linalg.eigvalsh(rows.T @ rows / len(rows)).clamp(min=0)
    if float(eigenvalues.sum()) == 0:
        raise MissingScore("a block's features are constant")
    shares = eigenvalues / eigenvalues.sum()
    return -float((shares * torch.log(shares + 1e-8)).sum())


def _largest_singular_value(
    before: Tensor, behind: Tensor, generator: torch.Generator
) -> float | None:
    signs = torch.randint(2, behind.shape, generator=generator).to(behind.dtype) * 2 - 1
    (reached,) = torch.autograd.grad(behind, before, signs, retain_graph=True)
    if reached.shape == signs.shape and bool((reached == signs).all()):
        return None
    if reached.shape[-2:] != signs.shape[-2:]:
        reached = _by_place(reached, signs.shape[-2:])
    left, right = (one.movedim(1, -1).flatten(0, -2) for one in (reached, signs))
    product = left.T @ right / len(right)
    return float(torch.linalg.svdvals(product.double()).max())


def _by_place(maps: Tensor, size: Sequence[int]) -> Tensor:
    """Turn the pixels of maps that fall on one place of a smaller size into its channels.

    Edges that make no whole place are cut off on both sides, as convolutions without padding
    do, or filled with zeros.
    """
    factor = round(maps.shape[-1] / size[-1])
    if factor == 0:
        raise MissingScore("a block enlarges its feature maps")
    padding: list[int] = []
    for axis in (-1, -2):
        excess = maps.shape[axis] - factor * size[axis]
        cut = int(excess / 2)
        padding += [-cut, cut - excess]
    return F.pixel_unshuffle(F.pad(maps, padding), factor)
