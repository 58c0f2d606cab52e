"""Tests that an extension inherits: families, zero-cost proxies and frontends.

Derive a class of your test module from one of these and say what is tested; `pytest` then
collects its tests. The bundled families, proxies and frontends are tested by the same classes.
Nothing in the package imports this room, and it needs no `pytest` itself.
"""

from gennape.testing.frontend import FrontendTests
from gennape.testing.networks import SmallNetwork, odd_networks, small_batch, small_networks
from gennape.testing.proxy import ProxyTests
from gennape.testing.search_space import SearchSpaceTests

__all__ = [
    "FrontendTests",
    "ProxyTests",
    "SearchSpaceTests",
    "SmallNetwork",
    "odd_networks",
    "small_batch",
    "small_networks",
]
