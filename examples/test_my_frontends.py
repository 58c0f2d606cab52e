"""A custom frontend and its tests: `python -m pytest test_my_frontends.py`.

It reads layers from JSON: `[["input", 3, 32, 32], ["conv", 8, 3], ["relu"], ["output", 10]]`.
"""

import json
from collections.abc import Callable
from pathlib import Path

from torch import nn

from gennape.frontends import FrontendError
from gennape.graph import ComputationGraph, GraphBuilder
from gennape.testing import FrontendTests, SmallNetwork


def read_layers(path: Path) -> ComputationGraph:
    """Read a chain of layers."""
    try:
        (_, *shape), *layers, (_, classes) = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise FrontendError(f"{path} holds no layers: {error}") from error
    build = GraphBuilder()
    x = build.input(tuple(shape))
    for kind, *sizes in layers:
        if kind == "conv":
            channels, kernel = sizes
            x = build.conv(x, channels, kernel, bias=True)
        elif kind == "relu":
            x = build.relu(x)
        else:
            raise FrontendError(f"{path} has a layer of the unknown kind {kind!r}")
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), classes))
    return build.build(name=path.stem)


class TestLayers(FrontendTests):
    def networks(self) -> list[SmallNetwork]:
        convolutions = (nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 16, 1), nn.ReLU())
        head = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))
        return [SmallNetwork("chain", nn.Sequential(*convolutions, *head), (3, 32, 32))]

    def read(self, network: SmallNetwork, folder: Path) -> ComputationGraph:
        layers = [["input", 3, 32, 32], ["conv", 8, 3], ["relu"], ["conv", 16, 1], ["relu"]]
        path = folder / "chain.json"
        path.write_text(json.dumps([*layers, ["output", 10]]))
        return read_layers(path)

    def unreadable(self, folder: Path) -> dict[str, Callable[[], object]]:
        unknown = folder / "unknown.json"
        unknown.write_text('[["input", 3, 32, 32], ["fold"], ["output", 10]]')
        return {
            "no file": lambda: read_layers(folder / "absent.json"),
            "unknown layer": lambda: read_layers(unknown),
        }
