"""Typed attributes of nodes: which each operation has, their types and defaults."""

from gennape.graph.attributes.groups import NodeAttributes
from gennape.graph.attributes.schema import (
    GROUPS,
    MUST_STATE,
    SCHEMAS,
    UNUSED_NUMBERS,
    attributes_of,
)

__all__ = [
    "GROUPS",
    "MUST_STATE",
    "SCHEMAS",
    "UNUSED_NUMBERS",
    "NodeAttributes",
    "attributes_of",
]
