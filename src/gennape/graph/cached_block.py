"""Blocks that are recorded the first time that they are built, and copied from then on."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from gennape.graph.node_writer import CachedBlock, NodeWriter

Writer = TypeVar("Writer", bound=NodeWriter)
Arguments = ParamSpec("Arguments")

_MOST_BLOCKS = 4096
"""Blocks that are cached of one function; then it begins anew."""


def cached_block(
    block: Callable[Concatenate[Writer, int, Arguments], int],
) -> Callable[Concatenate[Writer, int, Arguments], int]:
    """Record a block once for equal arguments and shapes, and copy it from then on.

    Families are made of few different blocks; copying one takes a fraction of the time.

    Args:
        block: Called with a builder, a node and hashable arguments; adds nodes that read this
            node and one another, and returns the last.
    """
    cache: dict[Any, CachedBlock] = {}

    @wraps(block)
    def copied(build: Writer, x: int, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> int:
        key = build.shapes[x], args, tuple(kwargs.items())
        written = cache.get(key)
        if written is not None:
            return build.copy_block(written, x)
        if len(cache) == _MOST_BLOCKS:
            cache.clear()
        result, cache[key] = build.record_block(lambda y: block(build, y, *args, **kwargs), x)
        return result

    return copied
