"""Found networks as files: strings, ONNX and drawings."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from gennape.graph import ComputationGraph, Op
from gennape.graph.draw import draw
from gennape.search.candidate import Candidate
from gennape.spaces import SearchSpace
from gennape.utils.files import atomic_write

MOST = 10
"""Networks that are exported; all are named."""

STRINGS, FOLDER = "architectures.txt", "networks"


def write_networks(folder: Path, space: SearchSpace[Any], front: Sequence[Candidate]) -> None:
    """Write the strings of all networks, and the first ones as ONNX and SVG.

    Weights are initial ones.

    Args:
        folder: Gets `architectures.txt` and `networks/01.onnx`, `networks/01.svg` and so on.
        space: The family of the networks.
        front: The networks.
    """
    lines = "".join(f"{space.name}:{candidate.text}\n" for candidate in front)
    atomic_write(folder / STRINGS, lambda path: path.write_text(lines, encoding="utf-8"))
    (folder / FOLDER).mkdir(exist_ok=True)
    for place, candidate in enumerate(front[:MOST], start=1):
        graph = space.graph(candidate.architecture)
        write_onnx(graph, folder / FOLDER / f"{place:02d}.onnx")
        draw(graph, folder / FOLDER / f"{place:02d}.svg")


def write_onnx(graph: ComputationGraph, path: Path) -> None:
    """Export the module of a graph."""
    shapes = graph.output_shape[graph.operations == Op.INPUT].tolist()
    images = tuple(torch.zeros(1, *shape) for shape in shapes)
    module = graph.to_module().eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that needs no further package warns
        atomic_write(path, lambda part: torch.onnx.export(module, images, str(part), dynamo=False))
