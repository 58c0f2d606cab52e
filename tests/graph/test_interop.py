import sys

import pytest

from gennape.graph import ComputationGraph, GraphBuilder
from gennape.graph.interop import to_networkx, to_pyg
from gennape.utils.optional_imports import MissingExtraError


def _graph() -> ComputationGraph:
    build = GraphBuilder()
    x = build.conv(build.input((3, 8, 8)), 4, kernel=3)
    build.output(build.add(x, x))
    return build.build(name="small")


def test_networkx_holds_every_node_and_edge() -> None:
    result = to_networkx(_graph())
    assert result.graph["name"] == "small"
    assert [result.nodes[n]["operation"] for n in result] == ["input", "conv", "add", "output"]
    assert result.nodes[1]["kernel"] == (3, 3)
    assert result.nodes[1]["output_shape"] == (4, 8, 8)
    assert sorted(result.edges(data="argument")) == [(0, 1, 0), (1, 2, 0), (1, 2, 1), (2, 3, 0)]


def test_pyg_holds_every_node_and_edge() -> None:
    pytest.importorskip("torch_geometric", reason="PyTorch Geometric is not installed")
    graph = _graph()
    data = to_pyg(graph)
    assert data.num_nodes == graph.num_nodes
    assert data.edge_index.tolist() == graph.edges.tolist()
    assert data.attributes.tolist() == graph.attributes.tolist()


@pytest.mark.parametrize(
    ("convert", "module", "package"),
    [
        (to_networkx, "networkx", "networkx"),
        (to_pyg, "torch_geometric.data", "torch-geometric"),
    ],
)
def test_an_absent_library_is_named(
    monkeypatch: pytest.MonkeyPatch, convert: object, module: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=f"pip install {package}"):
        convert(_graph())  # type: ignore[operator]
