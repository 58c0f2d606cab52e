import json
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from gennape import spaces
from gennape.spaces import ArchitectureError
from gennape.spaces.checks import check_graphs

SPACE = spaces.get("nasbench101")
C3, C1, MP = "conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"


def _matrix(vertices: int, *edges: tuple[int, int]) -> list[list[int]]:
    matrix = np.zeros((vertices, vertices), dtype=int)
    for edge in edges:
        matrix[edge] = 1
    return matrix.tolist()


EXAMPLE = _matrix(7, (0, 1), (0, 2), (0, 3), (0, 5), (1, 6), (2, 6), (3, 4), (4, 6), (5, 6))
EXAMPLE_OPERATIONS = [C1, C3, C3, C3, MP]


@pytest.mark.parametrize(
    "operations", [EXAMPLE_OPERATIONS, ["input", *EXAMPLE_OPERATIONS, "output"]]
)
def test_a_published_parameter_count(operations: list[str]) -> None:
    cell = SPACE.from_cell(EXAMPLE, operations)
    assert SPACE.format(cell) == "c1-c3-c3-c3-mp/01-02-03-05-16-26-34-46-56"
    assert SPACE.graph(cell).parameters == 2_694_282


def test_the_cell_of_one_edge_by_hand() -> None:
    """Nine projections: 128, 128, 128, 256, 256, 256, 512, 512, 512 channels out."""
    widths = [128, 128, 128, 128, 256, 256, 256, 512, 512, 512]
    projections = sum(a * b + 2 * b for a, b in pairwise(widths))
    graph = SPACE.graph(SPACE.from_cell([[0, 1], [0, 0]], []))
    assert graph.parameters == (27 * 128 + 256) + projections + (512 * 10 + 10) == 882_570
    positions = [1024] * 3 + [256] * 3 + [64] * 3
    macs = sum(a * b * n for (a, b), n in zip(pairwise(widths), positions, strict=True))
    assert graph.macs == 27 * 128 * 1024 + macs + 5120


def test_channels_are_split_with_the_remainder_first() -> None:
    """Three vertices feed the output: 128 channels are 43, 43 and 42."""
    edges = [(0, v) for v in (1, 2, 3)] + [(v, 4) for v in (1, 2, 3)]
    graph = SPACE.graph(SPACE.from_cell(_matrix(5, *edges), [MP, MP, MP]))
    first_cell = [shape for shape in graph.output_shape[:, 0].tolist() if shape < 128][1:]
    assert sorted(set(first_cell)) == [10, 42, 43, 85, 86]  # 256 gives 86, 85, 85


def test_an_interior_vertex_is_as_wide_as_its_widest_successor() -> None:
    """1 feeds 2 (64 channels) and 3 (64); 4 feeds nothing narrower than the output."""
    edges = [(0, 1), (1, 2), (1, 3), (2, 4), (3, 4)]
    graph = SPACE.graph(SPACE.from_cell(_matrix(5, *edges), [C3, C3, C3]))
    assert graph.output_shape[4:7, 0].tolist() == [64, 64, 64]  # projection and its norm


def test_idle_vertices_are_removed() -> None:
    """Vertex 2 leads nowhere, vertex 3 comes from nowhere."""
    idle = _matrix(5, (0, 1), (0, 2), (1, 4), (3, 4))
    cell = SPACE.from_cell(idle, [C1, C3, MP])
    assert cell == SPACE.from_cell(_matrix(3, (0, 1), (1, 2)), [C1])
    assert cell.operations == (C1,)
    assert cell.edges == ((0, 1), (1, 2))


def test_idle_vertices_do_not_count_against_the_limit() -> None:
    edges = [(0, target) for target in range(1, 8)] + [(1, 8), (2, 8)]
    cell = SPACE.from_cell(_matrix(9, *edges), [C3] * 7)
    assert len(cell.operations) == 2


@pytest.mark.parametrize(
    ("adjacency", "operations", "reason"),
    [
        ([[0, 1]], [], r"must be square, not \(1, 2\)"),
        ([[0]], [], r"must be square, not \(1, 1\)"),
        ([0, 1], [], r"must be square, not \(2,\)"),
        ([[0, 1], [1, 0]], [], "must be upper triangular"),
        ([[1, 1], [0, 0]], [], "must be upper triangular"),
        ([[0, 0], [0, 0]], [], "no path leads"),
        (_matrix(3, (0, 1), (1, 2)), [], "3 vertices need 1 interior operations, not 0"),
        (_matrix(3, (0, 1), (1, 2)), ["input", C3], "1 interior operations, not 2"),
        (_matrix(3, (0, 1), (1, 2)), ["conv7x7"], "'conv7x7' is no NAS-Bench-101 operation"),
        (np.triu(np.ones((5, 5), int), 1).tolist(), [C3] * 3, "9 edges, not 5 and 10"),
        (_matrix(8, *((v, v + 1) for v in range(7))), [C3] * 6, "7 vertices .* not 8 and 7"),
    ],
)
def test_cells_outside_the_family(
    adjacency: list[list[int]], operations: list[str], reason: str
) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        SPACE.from_cell(adjacency, operations)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("c3/01", "no path leads"),
        ("c3/01-21", "edge 2-1 must lead from a lower to a higher vertex"),
        ("c3/01-13", r"edge 1-3 must lead .* of 0\.\.2"),
        ("c5/01-12", "one looks like"),
    ],
)
def test_text_that_describes_no_cell(text: str, reason: str) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        SPACE.parse(text)


def _neighbours(text: str) -> set[str]:
    return set(map(SPACE.format, SPACE.neighbours(SPACE.parse(text))))


def test_neighbours_by_hand() -> None:
    assert _neighbours("/01") == {"c3/01-12", "c1/01-12", "mp/01-12"}
    other_operation = {"c1/01-12", "mp/01-12"}
    other_edges = {"c3/01-02-12"}
    new_vertex = {f"{pair}/01-12-23" for pair in ("c3-c3", "c1-c3", "mp-c3", "c3-c1", "c3-mp")}
    assert _neighbours("c3/01-12") == other_operation | other_edges | new_vertex


def test_a_removed_edge_takes_its_idle_vertices_along() -> None:
    assert "/01" in _neighbours("c3/01-02-12")


def test_a_new_vertex_splits_an_edge() -> None:
    """The edge 0-2 of a cell with two paths gets a pooling vertex, number 1 from then on."""
    assert "mp-c3/01-02-13-23" in _neighbours("c3/01-02-12")


def test_the_largest_cells_get_no_vertex() -> None:
    text = "c3-c3-c3-c3-c3/01-12-23-34-45-56"
    assert {len(SPACE.parse(other).operations) for other in _neighbours(text)} == {5}


@pytest.mark.parametrize("rows", [300, pytest.param(30_001, marks=pytest.mark.slow)])
def test_parameters_equal_the_measured_networks(data_folder: Path, rows: int) -> None:
    table = pq.read_table(data_folder / "nasbench101.parquet")
    chosen = np.random.default_rng(0).permutation(len(table))[:rows]
    columns = table.select(["adjacency", "operations", "trainable_parameters"]).take(chosen)
    assert len(columns) == rows
    assert [row for row in columns.to_pylist() if not _parameters_agree(row)] == []


def _parameters_agree(row: dict[str, Any]) -> bool:
    cell = SPACE.from_cell(json.loads(row["adjacency"]), json.loads(row["operations"]))
    return bool(SPACE.graph(cell).parameters == row["trainable_parameters"])


@pytest.mark.parametrize("start", [0, 2_000, 100_000])
def test_networks_of_the_same_edges_are_built_together(start: int) -> None:
    """Cells of all sizes, as they are enumerated: many of the same edges side by side."""
    cells = list(islice(SPACE.enumerate(), start, start + 40))
    assert len({cell.edges for cell in cells}) < 40
    check_graphs(SPACE, cells)
    check_graphs(SPACE, 5 * cells[:1])
