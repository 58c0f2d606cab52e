"""A custom proxy and its tests: `python -m pytest test_my_proxies.py`."""

import math

from gennape.proxies import MissingScore, Proxy
from gennape.proxies.prepared_network import PreparedNetwork
from gennape.testing import ProxyTests


def weight_norm(candidate: PreparedNetwork) -> float:
    """Logarithm of the squared norm of all parameters."""
    squares = (float(p.detach().square().sum()) for p in candidate.module.parameters())
    total = sum(squares)
    if not total:
        raise MissingScore("all weights are zero")
    return math.log(total)


WEIGHT_NORM = Proxy("weight_norm", weight_norm)


class TestWeightNorm(ProxyTests):
    def make_proxy(self) -> Proxy:
        return WEIGHT_NORM
