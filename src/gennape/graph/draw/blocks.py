"""Nodes that a reader takes as one thing become one box.

A node joins the box of its only argument, if it is that argument's only user, and

- it is in small print (norm, activation, layout ...): conv, BN, ReLU are one box;
- or all of the box is in small print: so are BN, ReLU, conv;
- or both work on a single position: squeeze-excite branches and classifiers.
"""

from dataclasses import dataclass
from functools import cached_property

from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.draw.labels import CONSTANTS, JOINS, category, is_main, is_silent, label
from gennape.graph.node import Node, nodes_of
from gennape.graph.operations import SOURCES, Op

_MAX_MAIN = 3


@dataclass(frozen=True)
class Line:
    """A line of text in a box; `main` lines are set larger."""

    text: str
    main: bool


@dataclass(frozen=True)
class DrawnBlock:
    """One box: a chain of nodes, or all parameters that nothing uses.

    Attributes:
        nodes: What it holds.
        others: Nodes of further boxes that it stands for.
        notes: Further lines of small print.
    """

    nodes: tuple[Node, ...]
    others: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Its text: main nodes on a line each, the others side by side in small print."""
        if len(self.nodes) > 1 and self.leader.op in CONSTANTS:
            return (Line(f"{len(self.nodes)} unused parameters", main=True),)
        shown = [node for node in self.nodes if not is_silent(node)] or self.nodes[:1]
        lines: list[Line] = []
        for node in shown:
            if lines and not lines[-1].main and not is_main(node):
                lines[-1] = Line(f"{lines[-1].text} · {label(node)}", main=False)
            else:
                lines.append(Line(label(node), is_main(node)))
        return (*lines, *(Line(note, main=False) for note in self.notes))

    @property
    def count(self) -> int:
        """How many boxes it stands for, itself among them."""
        return 1 + len(self.others) // len(self.nodes)

    @property
    def leader(self) -> Node:
        """The node that gives the box its colour."""
        return next((node for node in self.nodes if is_main(node)), self.nodes[0])

    @property
    def category(self) -> str:
        """The category that colours the box."""
        return category(self.leader)


def blocks_of(graph: ComputationGraph) -> tuple[list[DrawnBlock], list[tuple[int, int]]]:
    """Boxes in topological order and the edges between them, each once."""
    uses = graph.out_degree.tolist()
    chains: list[list[Node]] = []
    chain_of: dict[int, int] = {}
    unused: list[Node] = []
    for node in nodes_of(graph):
        before = chain_of[node.arguments[0]] if len(node.arguments) == 1 else None
        if node.op in CONSTANTS and uses[node.index] == 0:
            unused.append(node)
        elif (
            before is not None and uses[node.arguments[0]] == 1 and _continues(chains[before], node)
        ):
            chains[before].append(node)
            chain_of[node.index] = before
        else:
            chain_of[node.index] = len(chains)
            chains.append([node])
    edges = {
        (chain_of[source], chain_of[target])
        for source, target in graph.edges.T.tolist()
        if chain_of[source] != chain_of[target]
    }
    if unused:
        chains.append(unused)
    return [DrawnBlock(tuple(chain)) for chain in chains], sorted(edges)


def _continues(chain: list[Node], node: Node) -> bool:
    if chain[0].op in SOURCES or node.op is Op.OUTPUT:
        return False
    if not is_main(node):
        return True
    main = [other for other in chain if is_main(other)]
    if not main:
        return node.op not in JOINS
    one_position = all(n.output_shape[1:] == (1, 1) for n in (*chain, node))
    return one_position and len(main) < _MAX_MAIN and main[0].op not in JOINS
