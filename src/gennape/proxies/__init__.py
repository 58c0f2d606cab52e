"""Zero-cost proxies: scores of a network without training it.

`score("swap", network)` gives one of `names()`, `measure` several at once, `score_pool`
those of many networks.
"""

from typing import TYPE_CHECKING

from gennape.proxies.errors import ProxyError
from gennape.proxies.proxy import Proxy
from gennape.proxies.registry import names
from gennape.utils.lazy_imports import imported_when_used

if TYPE_CHECKING:
    from gennape.proxies.batches import Batch
    from gennape.proxies.measurement import ProxyScore, measure, score
    from gennape.proxies.passes import MissingScore
    from gennape.proxies.pool import PoolScores, ProxyPool, sample_pool, score_pool
    from gennape.proxies.ranking import rank_correlations, rank_vote

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

# These run networks; their names, and proxies that are read off the graph, do without PyTorch.
__getattr__ = imported_when_used(
    __name__,
    {
        "Batch": "gennape.proxies.batches",
        "MissingScore": "gennape.proxies.passes",
        "PoolScores": "gennape.proxies.pool",
        "ProxyPool": "gennape.proxies.pool",
        "ProxyScore": "gennape.proxies.measurement",
        "measure": "gennape.proxies.measurement",
        "rank_correlations": "gennape.proxies.ranking",
        "rank_vote": "gennape.proxies.ranking",
        "sample_pool": "gennape.proxies.pool",
        "score": "gennape.proxies.measurement",
        "score_pool": "gennape.proxies.pool",
    },
)
