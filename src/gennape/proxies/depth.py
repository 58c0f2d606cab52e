"""Depth: how many layers lie on the paths through a network."""

from gennape.graph import canonical
from gennape.graph.operations import WEIGHTED
from gennape.graph.paths import path_depths
from gennape.proxies.candidate import Candidate
from gennape.proxies.proxy import Proxy


def depth(candidate: Candidate) -> float:
    """Mean number of convolutions and linear layers on the paths from input to output.

    The mean is that of a walk that goes back from the output and takes each argument of a
    join with equal probability; parts that do not reach the output do not count.

    - Source: the path statistics that the estimator itself uses.
    - Needs: the graph alone.
    """
    graph = canonical(candidate.graph)
    return float(path_depths(graph, graph.is_in(WEIGHTED))[-1, 2])


DEPTH = Proxy("depth", depth, reads_graph_only=True)
