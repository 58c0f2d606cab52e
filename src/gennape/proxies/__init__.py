"""Zero-cost proxies: scores of a network without training it.

`score("swap", network)` gives one of `names()`, `measure` several at once, `score_pool`
those of many networks.
"""

from gennape.proxies.batches import Batch
from gennape.proxies.errors import ProxyError
from gennape.proxies.measure import ProxyScore, measure, score
from gennape.proxies.passes import MissingScore
from gennape.proxies.pool import PoolScores, ProxyPool, sample_pool, score_pool
from gennape.proxies.proxy import Proxy
from gennape.proxies.ranking import rank_correlations, rank_vote
from gennape.proxies.registry import names

__all__ = [
    "Batch",
    "MissingScore",
    "PoolScores",
    "Proxy",
    "ProxyError",
    "ProxyPool",
    "ProxyScore",
    "measure",
    "names",
    "rank_correlations",
    "rank_vote",
    "sample_pool",
    "score",
    "score_pool",
]
