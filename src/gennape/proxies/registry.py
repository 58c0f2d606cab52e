"""All proxies by name."""

from collections.abc import Iterable
from difflib import get_close_matches

from gennape.proxies import (
    az_nas,
    depth,
    epe_nas,
    epsinas,
    gradient_sums,
    grasp,
    jacov,
    l2_norm,
    naswot,
    receptive_field,
    size,
    swap,
    synflow,
    zen,
    zico,
)
from gennape.proxies.errors import ProxyError
from gennape.proxies.proxy import Proxy

_PROXIES: dict[str, Proxy] = {
    proxy.name: proxy
    for proxy in (
        synflow.SYNFLOW,
        jacov.JACOV,
        epe_nas.EPE_NAS,
        naswot.NASWOT,
        swap.SWAP,
        swap.SWAP_REG,
        gradient_sums.SNIP,
        grasp.GRASP,
        gradient_sums.FISHER,
        gradient_sums.GRAD_NORM,
        gradient_sums.PLAIN,
        l2_norm.L2_NORM,
        zico.ZICO,
        zen.ZEN,
        epsinas.EPSINAS,
        az_nas.EXPRESSIVITY,
        az_nas.PROGRESSIVITY,
        az_nas.TRAINABILITY,
        size.MACS,
        size.PARAMETERS,
        depth.DEPTH,
        receptive_field.RECEPTIVE_FIELD,
    )
}

VOTES: dict[str, tuple[str, ...]] = {"az_nas": az_nas.AZ_NAS}
"""Rank votes over some proxies: scores that only a pool of networks has."""


def names() -> list[str]:
    """List the names of all proxies."""
    return list(_PROXIES)


def get(name: str) -> Proxy:
    """Return the proxy called `name`.

    Raises:
        ProxyError: There is none; suggests near names.
    """
    if name in _PROXIES:
        return _PROXIES[name]
    if name in VOTES:
        raise ProxyError(
            f"{name} ranks networks of a pool among one another; a single network has its parts "
            f"{', '.join(VOTES[name])}"
        )
    near = get_close_matches(name, [*_PROXIES, *VOTES], n=3, cutoff=0.4) or names()
    raise ProxyError(f"no proxy is called {name!r}; did you mean {', '.join(near)}?")


def parts_of(wanted: Iterable[str]) -> list[str]:
    """List the proxies that the wanted ones and votes need, each once, in order.

    Raises:
        ProxyError: A name is unknown.
    """
    parts = [part for name in wanted for part in VOTES.get(name, (name,))]
    return [get(name).name for name in dict.fromkeys(parts)]
