"""Networks that could not be read."""

import sys
from collections.abc import Iterable

from gennape.frontends.network_list import UnreadNetwork


def print_failures(failed: Iterable[UnreadNetwork]) -> None:
    """One sentence each on standard error, which names the network."""
    for failure in failed:
        named = failure.model in failure.error
        print(failure.error if named else f"{failure.model}: {failure.error}", file=sys.stderr)
