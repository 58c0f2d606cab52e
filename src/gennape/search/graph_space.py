"""Networks around one network: the results of changes of its graph."""

from collections import OrderedDict
from typing import Any

import numpy as np

from gennape.graph import ComputationGraph, GraphBatch
from gennape.graph.hashing import layout_hashes
from gennape.graph.node import nodes_of
from gennape.search.mutations import MUTATIONS, apply, options
from gennape.search.mutations.editing import Edit, Nodes, graph_of_nodes
from gennape.spaces import ArchitectureError, SearchSpace

Edits = tuple[Edit, ...]
"""An architecture: changes of the network, one after another."""

ORIGINAL = "original"
"""The string of the network itself."""

LARGEST_COST, LARGEST_SIZE = 2**50, 2**24
"""Networks with more work, parameters or a larger size are not changed: their doubles may be beyond
what graphs hold."""

_FARTHEST = 4
"""Changes of a random architecture, at most."""
_KEPT = 4096


class GraphSpace(SearchSpace[Edits]):
    """Networks that changes of kernel, width, depth, operation and skips make of one.

    A string such as `kernel@3=5 width@0=24` names the changes, each of them a node of the
    graph that it is applied to.

    Args:
        network: The network before any change; changes count only on operations that they know,
            so that others may be any.

    Raises:
        ArchitectureError: It is larger than any network that one could change and then run.
    """

    name = "graph"
    size = None

    def __init__(self, network: ComputationGraph) -> None:
        super().__init__()
        _refuse_absurd(network)
        self.network = network
        self._nodes: OrderedDict[Edits, Nodes] = OrderedDict()

    @property
    def version(self) -> str:
        """Digest of the network as it was read.

        Unlike the fingerprint it depends on the order of the nodes, which changes name.
        """
        return layout_hashes(GraphBatch.of([self.network]))[0]

    def sample(self, rng: np.random.Generator) -> Edits:
        """Draw one to four random changes."""
        edits: Edits = ()
        for _ in range(rng.integers(1, _FARTHEST + 1)):
            edits = self.mutate(edits, rng)
        return edits

    def mutate(self, architecture: Edits, rng: np.random.Generator) -> Edits:
        """Append a change of a random kind.

        Raises:
            ArchitectureError: The network admits no change.
        """
        by_kind = options(self._after(architecture))
        if not by_kind:
            raise ArchitectureError("nothing of this network can be changed")
        kinds = list(by_kind)
        edits = by_kind[kinds[rng.integers(len(kinds))]]
        return (*architecture, edits[rng.integers(len(edits))])

    def neighbours(self, architecture: Edits) -> list[Edits]:
        """List all networks that are one change further."""
        by_kind = options(self._after(architecture))
        return [(*architecture, edit) for edits in by_kind.values() for edit in edits]

    def format(self, architecture: Edits) -> str:
        """Write the changes, one after another."""
        words = [f"{edit.kind}@{edit.node}={edit.value}" for edit in architecture]
        return " ".join(words) or ORIGINAL

    def parse(self, text: str) -> Edits:
        """Read `kernel@3=5 width@0=24`.

        Raises:
            ArchitectureError: The text has another form, or names a change that the network
                does not admit.
        """
        words = [] if text == ORIGINAL else text.split()
        edits: Edits = ()
        for word in words:
            edits = (*edits, _parse(word))
            self._after(edits)
        return edits

    def graph(self, architecture: Edits) -> ComputationGraph:
        """Build the network after the changes."""
        name = f"{self.name}:{self.format(architecture)}"
        return graph_of_nodes(self._after(architecture), name)

    def _after(self, edits: Edits) -> Nodes:
        """Return the nodes after some changes; those of recent architectures are at hand."""
        if edits in self._nodes:
            self._nodes.move_to_end(edits)
            return self._nodes[edits]
        if not edits:
            nodes = tuple(nodes_of(self.network))
        else:
            before, edit = self._after(edits[:-1]), edits[-1]
            if edit not in MUTATIONS[edit.kind].options(before):
                raise ArchitectureError(
                    f"{self.format((edit,))} is no change of {self.format(edits[:-1])}"
                )
            nodes = apply(before, edit)
        self._nodes[edits] = nodes
        if len(self._nodes) > _KEPT:
            self._nodes.popitem(last=False)
        return nodes


def _refuse_absurd(network: ComputationGraph) -> None:
    """Refuse a network whose changes may have sizes or costs that graphs do not hold."""
    size = int(network.output_shape.max(initial=0))
    if max(network.macs, network.parameters) > LARGEST_COST or size > LARGEST_SIZE:
        raise ArchitectureError(
            f"{network.name} is too large to be changed ({network.macs:,} MACs, "
            f"{network.parameters:,} parameters, a size of {size:,}); give a network that runs"
        )


def _parse(word: str) -> Edit:
    kind, _, rest = word.partition("@")
    node, _, value = rest.partition("=")
    if kind not in MUTATIONS or not node.isdecimal() or not value:
        raise ArchitectureError(
            f"{word!r} is no change; one looks like kernel@3=5, and there are "
            f"{', '.join(MUTATIONS)}"
        )
    chosen: Any = int(value) if value.isdecimal() else value
    return Edit(kind, int(node), chosen)
