"""MACs and parameters: what a network costs."""

from gennape.proxies.candidate import Candidate
from gennape.proxies.proxy import Proxy


def macs(candidate: Candidate) -> float:
    """Multiply-accumulates for one input; FLOPs are twice as many. Read off the graph."""
    return float(candidate.graph.macs)


def parameters(candidate: Candidate) -> float:
    """Learned parameters. Read off the graph."""
    return float(candidate.graph.parameters)


MACS = Proxy("macs", macs, reads_graph_only=True)
PARAMETERS = Proxy("parameters", parameters, reads_graph_only=True)
