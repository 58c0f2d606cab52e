"""What a network consists of, layer by layer: shapes and costs, and their totals."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.node import Node, nodes_of
from gennape.graph.operations import Op
from gennape.graph.paths import levels
from gennape.utils.optional_imports import require
from gennape.utils.terminal import terminal_width
from gennape.utils.text_table import TextColumn, TextTable

_SHOWN = 400
"""Layers that are shown of a larger network."""
_WIDTH = 100
_WINDOWED = frozenset({Op.CONV, Op.CONV_TRANSPOSE, Op.MAX_POOL, Op.AVG_POOL})


@dataclass(frozen=True)
class LayerSummary:
    """One node of a graph and what it costs.

    Attributes:
        name: Its place and operation, such as `n012_conv`.
        layer: The layer that it stands in, such as `layer1.0.conv1`; empty where the source
            names none.
        kind: The operation, or the function outside the vocabulary.
        kernel: Window, stride and groups, such as `3×3 /2 g32`; empty where there is none.
        output_shape: Channels, height and width of its result.
        parameters: Learned numbers that it owns.
        macs: Multiply-accumulates for one input.
        activations: Elements of its result where it has MACs, else 0: what fvcore and timm count.
        share: Of all MACs, 0 to 1.
    """

    name: str
    layer: str
    kind: str
    kernel: str
    output_shape: tuple[int, int, int]
    parameters: int
    macs: int
    activations: int
    share: float


@dataclass(frozen=True)
class GraphSummary:
    """A network and its costs, layer by layer and in all.

    Attributes:
        name: The graph's name; may be empty.
        fingerprint: 32 hexadecimal digits, equal for the same network from every source.
        nodes: Number of nodes.
        edges: Number of edges.
        depth: Edges on the longest path.
        macs: Multiply-accumulates for one input.
        parameters: Learned parameters.
        activations: Elements of the results of all nodes with MACs.
        operations: Nodes of each kind, most frequent first.
        unknown_operations: Functions outside the vocabulary and how many nodes hold each.
        complete: Whether all work is counted; else MACs and parameters are lower bounds.
        rows: One a node, in the order of the graph.
    """

    name: str
    fingerprint: str
    nodes: int
    edges: int
    depth: int
    macs: int
    parameters: int
    activations: int
    operations: dict[str, int]
    unknown_operations: dict[str, int]
    complete: bool
    rows: tuple[LayerSummary, ...]

    def __str__(self) -> str:
        width, encoding = terminal_width() or _WIDTH, sys.stdout.encoding
        tables = (self.layers(), self.facts())
        return "\n\n".join(table.text(width, encoding) for table in tables)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return self.layers().html() + self.facts().html()

    def layers(self) -> TextTable:
        """Lay out one row a layer; of large networks the first ones, and what the others cost."""
        table = TextTable(
            [
                TextColumn("Layer"),
                TextColumn("Kind", folds=True),
                TextColumn("Kernel", rank=3),
                TextColumn("Output", rank=2),
                TextColumn("Parameters", is_number=True, rank=1),
                TextColumn("MACs", is_number=True),
                TextColumn("Activations", is_number=True, rank=5),
                TextColumn("Share", is_number=True, rank=4),
            ]
        )
        for row in self.rows[:_SHOWN]:
            sizes = "×".join(map(str, row.output_shape))
            place = row.layer or row.name.partition("_")[0]
            table.add(place, row.kind, row.kernel, sizes, *_costs([row]))
        if more := self.rows[_SHOWN:]:
            table.add(f"{len(more):,} more", "", "", "", *_costs(more))
        return table

    def facts(self) -> TextTable:
        """Lay out the totals."""
        table = TextTable([TextColumn(""), TextColumn("", folds=True)])
        bound = "" if self.complete else "≥ "
        table.add("parameters", f"{bound}{self.parameters:,}")
        table.add("MACs", f"{bound}{self.macs:,}")
        table.add("activations", f"{bound}{self.activations:,}")
        table.add("nodes", f"{self.nodes:,}")
        table.add("edges", f"{self.edges:,}")
        table.add("depth", f"{self.depth:,}")
        kinds = (f"{count:,} {kind}" for kind, count in self.operations.items())
        table.add("operations", ", ".join(kinds))
        if self.unknown_operations:
            unknown = (f"{count:,} {name}" for name, count in self.unknown_operations.items())
            table.add("outside the vocabulary", ", ".join(unknown))
        table.add("fingerprint", self.fingerprint)
        return table

    def to_pandas(self) -> Any:
        """Return the rows as a `pandas.DataFrame`.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        return require("pandas", "to_pandas").DataFrame([asdict(row) for row in self.rows])


def summary_of(graph: ComputationGraph) -> GraphSummary:
    """Summarise a graph; see `ComputationGraph.summary`."""
    kinds = Counter(Op(int(operation)).name.lower() for operation in graph.operations)
    activations = graph.node_activations
    total = max(graph.macs, 1)
    columns = zip(nodes_of(graph), graph.node_macs.tolist(), activations.tolist(), strict=True)
    return GraphSummary(
        name=graph.name,
        fingerprint=graph.fingerprint,
        nodes=graph.num_nodes,
        edges=graph.num_edges,
        depth=int(levels(graph).max()),
        macs=graph.macs,
        parameters=graph.parameters,
        activations=int(activations.sum()),
        operations=dict(kinds.most_common()),
        unknown_operations=graph.unknown_operations,
        complete=graph.complete,
        rows=tuple(
            LayerSummary(
                name=node.name,
                layer=node.layer,
                kind=_kind(node),
                kernel=_kernel(node),
                output_shape=node.output_shape,
                parameters=node.parameters,
                macs=macs,
                activations=results,
                share=macs / total,
            )
            for node, macs, results in columns
        ),
    )


def _kind(node: Node) -> str:
    if node.op is Op.OTHER:
        return str(node.details.get("function", "unknown"))
    return node.op.name.lower()


def _kernel(node: Node) -> str:
    """Window, stride and groups of a node that has them."""
    if node.op not in _WINDOWED:
        return ""
    facts = [f"{node.kernel[0]}×{node.kernel[1]}"]
    if max(node.stride) > 1:
        facts.append(f"/{node.stride[0]}")
    if node.groups > 1:
        facts.append(f"g{node.groups}")
    return " ".join(facts)


def _costs(rows: Sequence[LayerSummary]) -> Iterator[str]:
    """Parameters, MACs, activations and share of some layers; empty where there are none."""
    for cost in ("parameters", "macs", "activations"):
        count = sum(getattr(row, cost) for row in rows)
        yield f"{count:,}" if count else ""
    share = sum(row.share for row in rows)
    yield f"{100 * share:.1f} %" if share else ""
