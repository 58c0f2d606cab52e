"""Score any neural network without training it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gennape.api import explain, list_families, list_proxies, score
    from gennape.estimator import Estimator, list_estimators, load, pretrain
    from gennape.frontends import graph_of
    from gennape.graph import ComputationGraph
    from gennape.network_report import report
    from gennape.search.suggestions import suggest
    from gennape.utils.errors import GennapeError

__version__ = "0.2.0"

__all__ = [
    "ComputationGraph",
    "Estimator",
    "GennapeError",
    "__version__",
    "explain",
    "graph_of",
    "list_estimators",
    "list_families",
    "list_proxies",
    "load",
    "pretrain",
    "report",
    "score",
    "suggest",
]

_HOMES = {
    "ComputationGraph": "gennape.graph",
    "Estimator": "gennape.estimator",
    "GennapeError": "gennape.utils.errors",
    "explain": "gennape.api",
    "graph_of": "gennape.frontends",
    "list_estimators": "gennape.estimator",
    "list_families": "gennape.api",
    "list_proxies": "gennape.api",
    "load": "gennape.estimator",
    "pretrain": "gennape.estimator",
    "report": "gennape.network_report",
    "score": "gennape.api",
    "suggest": "gennape.search.suggestions",
}
_ROOMS = (
    "benchmarks",
    "estimator",
    "evaluation",
    "frontends",
    "graph",
    "labelling",
    "proxies",
    "search",
    "spaces",
    "testing",
)


def __getattr__(name: str) -> Any:
    """Import a public name or room when it is first used: `import gennape` costs nothing."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _ROOMS:
        return import_module(f"gennape.{name}")
    raise AttributeError(f"module 'gennape' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names and rooms, imported or not."""
    return sorted({*__all__, *_ROOMS})
