"""Zero-cost proxies: what can be said of a network without training it.

`score("swap", network)` gives one of `names()`, `measure` several at once, `score_pool`
those of many networks.
"""

from gennape.proxies.batches import Batch
from gennape.proxies.choice import Choice, choose_networks
from gennape.proxies.measure import ProxyScore, measure, score
from gennape.proxies.missing import MissingScore
from gennape.proxies.pool import PoolScores, score_pool
from gennape.proxies.proxy import Proxy
from gennape.proxies.ranking import rank_correlations, rank_vote
from gennape.proxies.registry import ProxyError, names

__all__ = [
    "Batch",
    "Choice",
    "MissingScore",
    "PoolScores",
    "Proxy",
    "ProxyError",
    "ProxyScore",
    "choose_networks",
    "measure",
    "names",
    "rank_correlations",
    "rank_vote",
    "score",
    "score_pool",
]
