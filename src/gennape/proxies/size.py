"""MACs and parameters, read off the graph."""

from typing import TYPE_CHECKING

from gennape.proxies.proxy import Proxy

if TYPE_CHECKING:
    from gennape.proxies.prepared_network import PreparedNetwork


def macs(network: "PreparedNetwork") -> float:
    """Count the multiply-accumulates for one input; FLOPs are twice as many."""
    return float(network.graph.macs)


def parameters(network: "PreparedNetwork") -> float:
    """Count the learned parameters."""
    return float(network.graph.parameters)


MACS = Proxy("macs", macs, reads_graph_only=True)
PARAMETERS = Proxy("parameters", parameters, reads_graph_only=True)
