"""Zero-cost proxies."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gennape.proxies.prepared_network import PreparedNetwork


@dataclass(frozen=True)
class Proxy:
    """Number that says how good a network will be, without training it.

    Attributes:
        name: Of the proxy.
        compute: Computes its value for a network, higher is better; raises `MissingScore`
            with the reason where there is none.
        reads_graph_only: Whether it is read off the graph, without running the network.
    """

    name: str
    compute: Callable[["PreparedNetwork"], float]
    reads_graph_only: bool = False
