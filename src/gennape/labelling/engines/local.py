"""Runs one after another, in this process."""

from collections.abc import Callable, Iterator, Sequence
from time import time

from gennape.labelling.compute import Compute
from gennape.labelling.folder import LabellingRun
from gennape.labelling.worker import Worker


class Local:
    """Does runs in this process."""

    def compute(self, device: str = "auto") -> Compute:
        """See `Engine`."""
        return Compute.of(device)

    def attempt(
        self,
        worker: Worker,
        runs: Sequence[LabellingRun],
        end: float,
        report: Callable[[int], None],
    ) -> Iterator[LabellingRun]:
        """See `Engine`."""

        def on_epoch(done: int) -> bool:
            report(done)
            return time() < end

        for run in runs:
            if time() >= end:
                return
            if worker.attempt(run, on_epoch):
                yield run
