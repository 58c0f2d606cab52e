"""Depth: how many layers lie on the paths through a network."""

from typing import TYPE_CHECKING

from gennape.graph import GraphBatch, canonical
from gennape.graph.operations import WEIGHTED
from gennape.graph.paths import path_depths
from gennape.proxies.proxy import Proxy
from gennape.utils.array_types import FloatArray

if TYPE_CHECKING:
    from gennape.proxies.prepared_network import PreparedNetwork


def depths(forms: GraphBatch) -> FloatArray:
    """Compute the `depth` of many networks, `(graphs,)`.

    Args:
        forms: Their canonical forms.
    """
    outputs = forms.node_offsets[1:] - 1
    means: FloatArray = path_depths(forms, forms.is_in(WEIGHTED))[outputs, 2]
    return means


def depth(network: "PreparedNetwork") -> float:
    """Compute the mean number of convolutions and linear layers on the paths from input to output.

    The mean is that of a walk that goes back from the output and takes each argument of a
    join with equal probability; parts that do not reach the output do not count.

    - Source: the path statistics that the estimator itself uses.
    - Needs: the graph alone.
    """
    return float(depths(canonical(GraphBatch.of([network.graph])))[0])


DEPTH = Proxy("depth", depth, reads_graph_only=True)
