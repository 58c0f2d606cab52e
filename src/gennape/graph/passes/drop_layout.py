"""Changes of layout compute nothing.

Rule: reshapes, transposes, expansions, identities and dropouts are removed; their users
read the argument. Which exporter writes how many of them, and where, says nothing about
the network; every other node keeps the shapes it reads and writes.

Before: any batch. After: no node holds an operation of `LAYOUT`.
"""

from gennape.graph.batch import GraphBatch
from gennape.graph.operations import LAYOUT
from gennape.graph.passes.rewrite import bypass


def drop_layout(batch: GraphBatch) -> GraphBatch:
    """Apply the rule of this module to every graph."""
    return bypass(batch, batch.is_in(LAYOUT))
