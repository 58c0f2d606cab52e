"""Engine of a Ray cluster.

Every run is a task. Which runs have ended is known from the folder alone, which has to be on a file
system that all machines of the cluster mount under the same path. So a task that starts anew
because its worker died, or because the driver died and came back, goes on from the run's last
checkpoint, and a run that has ended is not done again. The locks of runs keep tasks of two
drivers apart; on NFS they need version 4, or `lockd`, and a mount without `local_lock`.

Ray itself finds the cluster: by the environment variable `RAY_ADDRESS`, or as the one that runs
on this machine. Where there is none, it starts one of all processors and GPUs of this machine.
"""

import socket
from collections.abc import Callable, Iterator, Sequence
from time import time
from typing import Any

import ray
import torch
from ray.exceptions import OutOfMemoryError, RayTaskError, WorkerCrashedError

from gennape.labelling.compute import Compute
from gennape.labelling.dataset import LabellingError
from gennape.labelling.folder import LabellingRun
from gennape.labelling.worker import RunWorker

RETRIES = 3
"""How often a run goes on after its worker died, before it is given up."""

_SECONDS_BETWEEN_LOOKS = 1.0


class RayEngine:
    """Engine that does runs on a Ray cluster.

    Args:
        share: GPUs of each run if it trains on one, else processors. A
            quarter puts four runs on one GPU.

    Raises:
        LabellingError: The share is not positive, or more than 1 and not whole.
    """

    def __init__(self, share: float = 1.0) -> None:
        if share <= 0 or (share > 1 and share % 1):
            raise LabellingError(f"a share is up to 1 or a whole number, not {share:g}")
        self.share = share
        if not ray.is_initialized():
            ray.init(include_dashboard=False, log_to_driver=False)
        self._worker: RunWorker | None = None
        self._shared: list[Any] = []
        self._epochs: Any = ray.remote(num_cpus=0, max_restarts=-1)(_Epochs).remote()

    def compute(self, device: str = "auto") -> Compute:
        """Choose what suits a device, see `Engine`.

        Whether the cluster has the device shows when a run starts.
        """
        if device == "auto":
            device = "cuda" if _has_gpu() else "cpu"
        return Compute.suiting(device)

    def attempt(
        self,
        worker: RunWorker,
        runs: Sequence[LabellingRun],
        end: float,
        report: Callable[[int], None],
    ) -> Iterator[LabellingRun]:
        """Attempt each run once, see `Engine`."""
        if worker is not self._worker:
            self._worker, self._shared = worker, [ray.put(worker)]
        options: dict[str, Any] = {"max_retries": RETRIES, **self._resources(worker)}
        task = ray.remote(**options)(_attempt)
        pending = {task.remote(self._shared, run, end, self._epochs): run for run in runs}
        while pending:
            done, _ = ray.wait(list(pending), timeout=_SECONDS_BETWEEN_LOOKS)
            for reference in done:
                run = pending.pop(reference)
                if _has_ended(reference, worker, run):
                    yield run
            told: dict[str, int] = ray.get(self._epochs.all.remote())
            report(sum(told.get(run.key, 0) for run in pending.values()))

    def _resources(self, worker: RunWorker) -> dict[str, float]:
        is_gpu = torch.device(worker.compute.device).type == "cuda"
        return {"num_gpus" if is_gpu else "num_cpus": self.share}


def _has_gpu() -> bool:
    return "GPU" in ray.cluster_resources()  # type: ignore[no-untyped-call]


class _Epochs:
    """Actor that hears from tasks how many epochs of their runs are done."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}

    def tell(self, key: str, done: int) -> None:
        self._told[key] = done

    def all(self) -> dict[str, int]:
        return self._told


def _attempt(shared: list[Any], run: LabellingRun, end: float, epochs: Any) -> bool:
    """Do a run as a task; `shared` is a list so that it is fetched only if there is time."""
    if time() >= end:
        return False
    worker: RunWorker = ray.get(shared[0])
    if not worker.folder.path.is_dir():
        raise LabellingError(
            f"{socket.gethostname()} has no folder {worker.folder.path}; it must be on a file "
            "system that all machines of the cluster share"
        )

    def on_epoch(done: int) -> bool:
        epochs.tell.remote(run.key, done)
        return time() < end

    return worker.attempt(run, on_epoch)


def _has_ended(reference: Any, worker: RunWorker, run: LabellingRun) -> bool:
    """Return whether the task ended its run; a run that kills its workers is given up."""
    try:
        has_ended: bool = ray.get(reference)
    except (WorkerCrashedError, OutOfMemoryError):
        return worker.give_up(run, f"its worker died {1 + RETRIES} times")
    except RayTaskError as error:
        raise error.cause from error
    return has_ended
