"""What a zero-cost proxy is."""

from collections.abc import Callable
from dataclasses import dataclass

from gennape.proxies.candidate import Candidate


@dataclass(frozen=True)
class Proxy:
    """A number that says how good a network will be, without training it.

    Attributes:
        name: How it is asked for.
        compute: Its value for a network, higher is better; raises `MissingScore` with the
            reason where it has none.
        reads_graph_only: Whether it is read off the graph, without running the network.
    """

    name: str
    compute: Callable[[Candidate], float]
    reads_graph_only: bool = False
