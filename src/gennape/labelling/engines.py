"""Engines: where the runs of a labelling are done, in this process or on a Ray cluster."""

from collections.abc import Callable, Iterator, Sequence
from time import time
from typing import Protocol

from gennape.labelling.compute import Compute
from gennape.labelling.dataset import LabellingError
from gennape.labelling.folder import LabellingRun
from gennape.labelling.worker import RunWorker
from gennape.utils.optional_imports import require

ENGINES = ("local", "ray")


class Engine(Protocol):
    """Place where runs are done."""

    def compute(self, device: str = "auto") -> Compute:
        """Choose what suits a device of the engine.

        Args:
            device: As PyTorch names it; "auto" for a GPU where there is one.

        Raises:
            LabellingError: There is no such device.
        """
        ...

    def attempt(
        self,
        worker: RunWorker,
        runs: Sequence[LabellingRun],
        end: float,
        report: Callable[[int], None],
    ) -> Iterator[LabellingRun]:
        """Attempt each run once.

        Args:
            worker: Does a run.
            runs: Those that have not ended.
            end: When no epoch begins any more, in seconds as `time.time` counts them.
            report: Told how many epochs are done of the runs that have not ended.

        Yields:
            Each run that has ended, as soon as it has. Others had no time left, or belong to
            another process.
        """
        ...


class LocalEngine:
    """Engine that does runs one after another, in this process."""

    def compute(self, device: str = "auto") -> Compute:
        """Choose what suits a device, see `Engine`."""
        return Compute.of(device)

    def attempt(
        self,
        worker: RunWorker,
        runs: Sequence[LabellingRun],
        end: float,
        report: Callable[[int], None],
    ) -> Iterator[LabellingRun]:
        """Attempt each run once, see `Engine`."""

        def on_epoch(done: int) -> bool:
            report(done)
            return time() < end

        for run in runs:
            if time() >= end:
                return
            if worker.attempt(run, on_epoch):
                yield run


def load_engine(name: str, share: float = 1.0) -> Engine:
    """Make the engine of a name.

    Args:
        name: One of `ENGINES`. "ray" connects to a cluster, see `RayEngine`.
        share: Processors, or GPUs, that a run on a Ray cluster has.

    Raises:
        LabellingError: There is no such engine, or the share is one that Ray cannot give.
        MissingExtraError: Ray is not installed.
    """
    if name == "local":
        return LocalEngine()
    if name != "ray":
        raise LabellingError(f"no engine is called {name!r}; there are {', '.join(ENGINES)}")
    require("ray", "the engine ray", package="gennape[ray]")
    from gennape.labelling.ray_engine import RayEngine

    return RayEngine(share)
