"""Errors of proxies."""

from gennape.utils.errors import GennapeError


class ProxyError(GennapeError, ValueError):
    """A proxy that does not exist or cannot be had in this way."""
