"""Views of tensors that are changed in place: what each is afterwards, worked out by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from gennape import graph_of
from gennape.graph import ComputationGraph, Op

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")


def _added_to(x: Tensor) -> Tensor:
    x[:, :4] += 1
    return x


def _assigned(x: Tensor) -> Tensor:
    x[:, :4] = x[:, :4] * 2
    return x


def _moved(x: Tensor) -> Tensor:
    x[:, :4] = x[:, 4:]
    return x


def _part_of_a_part(x: Tensor) -> Tensor:
    part = x[:, 1:]
    part[:, :4] += 1
    return part


def _whole_of_a_part_of_a_part(x: Tensor) -> Tensor:
    x[:, 1:][:, :4].relu_()
    return x


def _in_another_order(x: Tensor) -> Tensor:
    x = x.permute(0, 2, 3, 1)
    x[..., :2] += 1
    return x


def _part_before_and_after(x: Tensor) -> Tensor:
    part = x[:, :4]
    before = part.sigmoid()
    x.mul_(2)
    return part + before


def _part_that_is_not_used_before(x: Tensor) -> Tensor:
    part = x[:, :4]
    x.mul_(2)
    return part.sigmoid()


def _copy_of_a_part(x: Tensor) -> Tensor:
    part = x[:, :4].clone()
    x.mul_(2)
    return part.sigmoid()


def _beside(x: Tensor) -> Tensor:
    one, other = x[:, :4], x[:, 4:]
    one.relu_()
    return other


def _same_part_taken_twice(x: Tensor) -> Tensor:
    one, other = x[:, :4], x[:, :4]
    one.relu_()
    return other


def _flat_before(x: Tensor) -> Tensor:
    flat = x.flatten(1)
    before = flat.sigmoid()
    x.relu_()
    return flat + before


def _filled(x: Tensor) -> Tensor:
    result = torch.zeros_like(x)
    result[:, :4] = x[:, 4:]
    result[:, 4:] = x[:, :4]
    return result


WRITTEN: dict[Callable[[Tensor], Tensor], str] = {
    _added_to: "slice(0) scale(1) where(0,2)",
    _assigned: "slice(0) scale(1) where(0,2)",
    _moved: "slice(0) where(0,1)",
    _part_of_a_part: "slice(0) slice(1) scale(2) where(1,3)",
    _whole_of_a_part_of_a_part: "slice(0) slice(1) relu(2) where(0,3)",
    _in_another_order: "transpose(0) slice(1) scale(2) where(1,3)",
    _part_before_and_after: "slice(0) sigmoid(1) scale(0) slice(3) add(4,2)",
    _part_that_is_not_used_before: "scale(0) slice(1) sigmoid(2)",
    _copy_of_a_part: "scale(0) slice(0) sigmoid(2)",
    _beside: "slice(0) relu(1) where(0,2) slice(3)",
    _same_part_taken_twice: "slice(0) relu(1) where(0,2) slice(3)",
    _flat_before: "reshape(0) sigmoid(1) relu(0) reshape(3) add(4,2)",
    _filled: "zero(0) slice(0) where(1,2) slice(0) where(3,4)",
}
"""Nodes after the convolution, which is number 0, with what they read."""


class _Net(nn.Module):
    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.conv(x))


def _written(graph: ComputationGraph) -> str:
    """Nodes between the convolution and the output, each with what it reads."""
    first = list(graph.operations).index(Op.CONV) + 1
    reads: dict[int, list[int]] = {node: [] for node in range(graph.num_nodes)}
    for source, target in graph.edges.T.tolist():
        reads[target].append(source)
    names = [Op(op).name.lower() for op in graph.operations]
    texts = [
        f"{names[node]}({','.join(str(read - first + 1) for read in reads[node])})"
        for node in range(first, graph.num_nodes)
        if names[node] != "output"
    ]
    return " ".join(texts)


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("function", WRITTEN, ids=lambda function: function.__name__.strip("_"))
def test_what_is_written(function: Callable[[Tensor], Tensor], batch: int, tmp_path: Path) -> None:
    """By a module, a program, and a file of it alike."""
    net, x = _Net(function).eval(), torch.zeros(batch, 3, 16, 16)
    program = torch.export.export(net, (x,))
    torch.export.save(program, tmp_path / "net.pt2")
    for model in (program, tmp_path / "net.pt2"):
        assert _written(graph_of(model)) == WRITTEN[function]
    assert _written(graph_of(net, inputs=(x,))) == WRITTEN[function]


def test_programs_without_changes_in_place() -> None:
    program = torch.export.export(_Net(_moved).eval(), (torch.zeros(1, 3, 16, 16),))
    assert _written(graph_of(program.run_decompositions({}))) == WRITTEN[_moved]
