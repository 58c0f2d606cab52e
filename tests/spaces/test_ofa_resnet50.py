from importlib.util import find_spec

import pytest
import torch
from torch import nn

from gennape import spaces
from gennape.frontends import graph_of
from gennape.graph import Op
from gennape.spaces import ArchitectureError
from gennape.utils.optional_imports import import_library

SPACE = spaces.get("ofa_resnet50")
RESNET50D = "w100-r-w100/" + "/".join(
    "-".join(["w100", *["e25"] * depth]) for depth in (3, 4, 6, 3)
)
SMALLEST = "w65-w65/" + "/".join("-".join(["w65", *["e20"] * depth]) for depth in (2, 2, 4, 2))


class _Residual(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layers(x)


@pytest.mark.skipif(find_spec("timm") is None, reason="the other implementation is timm's")
def test_resnet50d_of_timm_with_a_residual_in_its_stem() -> None:
    model = import_library("timm").create_model("resnet50d")
    first, second = model.conv1[:3], model.conv1[3:6]
    model.conv1 = nn.Sequential(*first, _Residual(*second), model.conv1[6])
    ours, theirs = SPACE.graph(SPACE.parse(RESNET50D)), graph_of(model, (3, 224, 224))
    assert ours.fingerprint == theirs.fingerprint


def test_published_parameters_of_resnet50d() -> None:
    assert SPACE.graph(SPACE.parse(RESNET50D)).parameters == 25_576_264


def test_the_smallest_network_by_hand() -> None:
    # Widths: 24 in the stem, then 64 and 256 to 2048 times 0.65, in multiples of 8.
    convolutions = [(3, 24, 3, 112), (24, 40, 3, 112)]
    before, size = 40, 56
    for channels, middle, depth in ((168, 32, 2), (336, 64, 2), (664, 136, 4), (1328, 264, 2)):
        new_size = size if before == 40 else size // 2
        convolutions += [(before, channels, 1, new_size), (before, middle, 1, size)]
        convolutions += [(channels, middle, 1, new_size)] * (depth - 1)
        convolutions += [(middle, middle, 3, new_size), (middle, channels, 1, new_size)] * depth
        before, size = channels, new_size
    graph = SPACE.graph(SPACE.parse(SMALLEST))
    assert graph.parameters == 1328 * 1000 + 1000 + sum(
        i * o * kernel**2 + 2 * o for i, o, kernel, _ in convolutions
    )
    assert graph.macs == 1328 * 1000 + sum(
        i * o * kernel**2 * positions**2 for i, o, kernel, positions in convolutions
    )


def test_the_residual_of_the_stem_is_optional() -> None:
    with_residual = SPACE.graph(SPACE.parse(RESNET50D))
    without = SPACE.graph(SPACE.parse(RESNET50D.replace("-r-", "-")))
    assert with_residual.parameters - without.parameters == 9 * 32 * 32 + 2 * 32
    sums = [int((graph.operations == Op.ADD).sum()) for graph in (with_residual, without)]
    assert sums == [17, 16]


def test_images_of_odd_size_keep_their_last_column() -> None:
    space = spaces.get("ofa_resnet50", resolution=72)  # 36, 18, 9, 5 and 3 in the stages
    graph = space.graph(space.parse(SMALLEST))
    pools = graph.output_shape[graph.operations == Op.AVG_POOL]
    assert pools[:, 1].tolist() == [9, 5, 3]
    assert graph_of(graph.to_module(), (3, 72, 72)).fingerprint == graph.fingerprint


def test_size_and_neighbours_by_hand() -> None:
    shallow, deep = 3 * (9 + 27 + 81), 3 * (81 + 243 + 729)
    assert SPACE.size == 3 * 2 * 3 * shallow**3 * deep
    # Stem; widths; expansions; two stages may lose a block or gain one of three, two only lose.
    assert len(SPACE.neighbours(SPACE.parse(RESNET50D))) == 5 + 4 * 2 + 16 * 2 + 2 * (1 + 3) + 2
    assert len(SPACE.neighbours(SPACE.parse(SMALLEST))) == 5 + 4 * 2 + 10 * 2 + 4 * 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (SMALLEST.replace("w65-w65", "w70-w65"), "a width of OFA-ResNet50 is 65, .* not 70"),
        (SMALLEST.replace("w65-w65", "w65-w66"), "a width of OFA-ResNet50 is 65, .* not 66"),
        (SMALLEST.replace("w65-e20", "w9-e20", 1), "a width of OFA-ResNet50 is 65, .* not 9"),
        (SMALLEST.replace("e20", "e21", 1), "expansion of OFA-ResNet50 is 20, 25 or 35, not 21"),
        (SMALLEST.replace("-e20-", "-", 1), "stage 1 of .* has 2 or 3 or 4 blocks, not 1"),
        (SMALLEST.rpartition("/")[0], "OFA-ResNet50 has 4 stages, not 3"),
        (SMALLEST.partition("/")[2], "is no OFA-ResNet50 architecture; one looks like w65-r-w80"),
    ],
)
def test_lines_of_no_network(text: str, reason: str) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        SPACE.parse(text)
