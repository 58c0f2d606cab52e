"""What does runs."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from gennape.labelling.compute import Compute
from gennape.labelling.folder import LabellingRun
from gennape.labelling.worker import Worker


class Engine(Protocol):
    """Does runs somewhere."""

    def compute(self, device: str = "auto") -> Compute:
        """What suits a device of the engine.

        Args:
            device: As PyTorch names it; "auto" for a GPU where there is one.

        Raises:
            LabellingError: There is no such device.
        """
        ...

    def attempt(
        self,
        worker: Worker,
        runs: Sequence[LabellingRun],
        end: float,
        report: Callable[[int], None],
    ) -> Iterator[LabellingRun]:
        """Attempt each run once.

        Args:
            worker: How a run is done.
            runs: Those that have not ended.
            end: When no epoch begins any more, in seconds as `time.time` counts them.
            report: Told how many epochs are done of the runs that have not ended.

        Yields:
            Each run that has ended, as soon as it has. Others had no time left, or belong to
            another process.
        """
        ...
