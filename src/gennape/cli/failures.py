"""Networks that could not be read, or not counted in full."""

import sys
from collections.abc import Iterable

from gennape.frontends.network_list import UnreadNetwork


def print_failures(failed: Iterable[UnreadNetwork]) -> None:
    """One sentence each on standard error, which names the network."""
    for failure in failed:
        named = failure.model in failure.error
        print(failure.error if named else f"{failure.model}: {failure.error}", file=sys.stderr)


def print_incomplete(models: Iterable[str]) -> None:
    """Print one sentence on standard error for each network whose costs are lower bounds."""
    for model in models:
        print(
            f"{model}: not all of its work is counted; MACs and parameters are lower bounds",
            file=sys.stderr,
        )
