"""All proxies by name."""

from collections.abc import Iterable
from difflib import get_close_matches
from importlib import import_module

from gennape.proxies import depth, receptive_field, size
from gennape.proxies.errors import ProxyError
from gennape.proxies.proxy import Proxy

_RUN = {
    "synflow": "synflow",
    "jacov": "jacov",
    "epe_nas": "epe_nas",
    "naswot": "naswot",
    "swap": "swap",
    "swap_reg": "swap",
    "snip": "gradient_sums",
    "grasp": "grasp",
    "fisher": "gradient_sums",
    "grad_norm": "gradient_sums",
    "plain": "gradient_sums",
    "l2_norm": "l2_norm",
    "zico": "zico",
    "zen": "zen",
    "epsinas": "epsinas",
    "expressivity": "az_nas",
    "progressivity": "az_nas",
    "trainability": "az_nas",
}
"""Module of each proxy that runs the network; it is imported when the proxy is used, for PyTorch is
slow to import."""

_READ_OFF = {
    proxy.name: proxy
    for proxy in (size.MACS, size.PARAMETERS, depth.DEPTH, receptive_field.RECEPTIVE_FIELD)
}
"""Proxies that are read off the graph."""

GRAPH_PROXIES = tuple(_READ_OFF)
"""Names of the proxies that are read off the graph."""

VOTES = {"az_nas": ("expressivity", "progressivity", "trainability", "macs")}
"""Rank votes over some proxies: scores that only a pool of networks has."""


def names() -> list[str]:
    """List the names of all proxies."""
    return [*_RUN, *_READ_OFF]


def get(name: str) -> Proxy:
    """Return the proxy called `name`.

    Raises:
        ProxyError: There is none; suggests near names.
    """
    if name in _READ_OFF:
        return _READ_OFF[name]
    if name in _RUN:
        proxy: Proxy = getattr(import_module(f"gennape.proxies.{_RUN[name]}"), name.upper())
        return proxy
    if name in VOTES:
        raise ProxyError(
            f"{name} ranks networks of a pool among one another; a single network has its parts "
            f"{', '.join(VOTES[name])}"
        )
    near = get_close_matches(name, [*names(), *VOTES], n=3, cutoff=0.4) or names()
    raise ProxyError(f"no proxy is called {name!r}; did you mean {', '.join(near)}?")


def parts_of(wanted: Iterable[str]) -> list[str]:
    """List the proxies that the wanted ones and votes need, each once, in order.

    Raises:
        ProxyError: A name is unknown.
    """
    parts = [part for name in wanted for part in VOTES.get(name, (name,))]
    return [get(name).name for name in dict.fromkeys(parts)]
