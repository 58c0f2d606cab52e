"""NAS-Bench-201's labelled table."""

from typing import Any

import pyarrow as pa

from gennape.spaces import NASBench201


def parse_strings(table: pa.Table, space: NASBench201) -> list[Any]:
    """Architectures of the column `architecture`."""
    return [space.parse(text) for text in table["architecture"].to_pylist()]
