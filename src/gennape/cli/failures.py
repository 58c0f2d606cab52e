"""Networks that could not be read."""

import sys
from collections.abc import Iterable

from gennape.reading import Failure


def print_failures(failed: Iterable[Failure]) -> None:
    """One sentence each on standard error, which names the network."""
    for failure in failed:
        named = failure.model in failure.error
        print(failure.error if named else f"{failure.model}: {failure.error}", file=sys.stderr)
