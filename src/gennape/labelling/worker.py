"""Worker: one run from its last checkpoint to its record."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch

from gennape.graph import GraphError
from gennape.graph.hashing import HASH_VERSION
from gennape.labelling.compute import Compute
from gennape.labelling.dataset import Dataset
from gennape.labelling.folder import LabellingFolder, LabellingRun
from gennape.labelling.recipe import Recipe
from gennape.labelling.run_record import RunRecord, RunStatus, versions, write_record
from gennape.labelling.training import (
    CheckpointMismatchError,
    DivergenceError,
    NetworkTraining,
    TrainingHistory,
)
from gennape.utils.files import file_lock
from gennape.utils.torch_files import load_torch, save_torch

_NO_MEMORY = ("can't allocate memory", "not enough memory")
"""Messages of PyTorch on a processor, where it has no exception of its own."""


@dataclass(frozen=True)
class RunWorker:
    """Worker that does runs, each unless another process does it.

    Attributes:
        folder: Of the runs.
        dataset: Images that networks learn from.
        recipe: Of the training.
        compute: Device and precision.
    """

    folder: LabellingFolder
    dataset: Dataset
    recipe: Recipe
    compute: Compute

    def attempt(self, run: LabellingRun, on_epoch: Callable[[int], bool]) -> bool:
        """Work on a run until it ends or shall not go on.

        Args:
            run: The run.
            on_epoch: Told before each epoch how many are done; returns whether to go on.

        Returns:
            Whether it has ended; not so if another process works on it.
        """
        with torch.random.fork_rng():
            return self._end(run, lambda: self._work(run, on_epoch))

    def give_up(self, run: LabellingRun, reason: str) -> bool:
        """RunRecord that a run failed, one whose processes die before they can tell.

        Returns:
            Whether it has ended; not so if another process works on it.
        """
        return self._end(run, lambda: self._lost(run, reason))

    def _end(self, run: LabellingRun, work: Callable[[], RunRecord | None]) -> bool:
        """Write the record of a run, unless it has ended or belongs to another process."""
        lock, kept = self.folder.lock(run), self.folder.record(run)
        with file_lock(lock) as is_mine:
            if is_mine and not kept.exists():
                record = work()
                if record is not None:
                    write_record(record, kept)
            has_ended = kept.exists()
            if is_mine and has_ended:
                self.folder.checkpoint(run).unlink(missing_ok=True)
        if is_mine and has_ended:
            with suppress(PermissionError):  # on Windows, where another process looks at it
                lock.unlink(missing_ok=True)
        return has_ended

    @cached_property
    def _images(self) -> Dataset:
        """Data set on the device."""
        return self.dataset.to(self.compute.device)

    def _work(self, run: LabellingRun, on_epoch: Callable[[int], bool]) -> RunRecord | None:
        """Train to the end and return the record; None if it is to go on another time."""
        images, history = self._images, TrainingHistory()
        status, reason = RunStatus.TRAINED, ""
        try:
            training = self._training(run, images)
            history = training.history
            while not training.is_done:
                if not on_epoch(training.epochs):
                    return None
                training.epoch()
                save_torch(self.folder.checkpoint(run), training.state())
        except DivergenceError as error:
            status, reason = RunStatus.DIVERGED, str(error)
        except (GraphError, RuntimeError, MemoryError) as error:
            status = RunStatus.OUT_OF_MEMORY if _is_out_of_memory(error) else RunStatus.FAILED
            reason = _sentence(error)
        return self._record(run, history, status, reason, self.compute.name)

    def _training(self, run: LabellingRun, images: Dataset) -> NetworkTraining:
        """Begin a training where its checkpoint was, or anew without one that fits."""
        training = NetworkTraining(run.graph, images, self.recipe, self.compute, run.seed)
        if kept := self._kept(run):
            try:
                training.restore(kept)
            except CheckpointMismatchError:
                self.folder.checkpoint(run).unlink()
                return self._training(run, images)
        return training

    def _lost(self, run: LabellingRun, reason: str) -> RunRecord:
        """Return the record of a run whose processes died; of their hardware the kind is known."""
        kept = self._kept(run)
        history = TrainingHistory(**kept["history"]) if kept else TrainingHistory()
        return self._record(run, history, RunStatus.FAILED, reason, self.compute.device)

    def _kept(self, run: LabellingRun) -> dict[str, Any] | None:
        """Read the checkpoint; None without one, or if it is damaged and is thrown away.

        Its tensors are on the processor, so that a full GPU is not taken for damage.
        """
        checkpoint = self.folder.checkpoint(run)
        try:
            kept: dict[str, Any] = load_torch(checkpoint)
            TrainingHistory(**kept["history"]).check(self.recipe.epochs)
        except FileNotFoundError:
            return None
        except Exception as error:  # of damaged files torch raises errors of many types
            if _is_out_of_memory(error):
                raise
            checkpoint.unlink()
            return None
        return kept

    def _record(
        self,
        run: LabellingRun,
        history: TrainingHistory,
        status: RunStatus,
        reason: str,
        device: str,
    ) -> RunRecord:
        return RunRecord(
            architecture=run.graph.name,
            fingerprint=run.graph.fingerprint,
            macs=run.graph.macs,
            parameters=run.graph.parameters,
            dataset=self.dataset.name,
            dataset_sha256=self.dataset.sha256,
            resolution=self.dataset.image_shape[1],
            classes=self.dataset.classes,
            recipe=self.recipe.name,
            seed=run.seed,
            epochs=self.recipe.epochs,
            **vars(history),
            device=device,
            precision=self.compute.precision,
            versions=versions(),
            status=status,
            reason=reason,
            hash_version=HASH_VERSION,
        )


def _is_out_of_memory(error: Exception) -> bool:
    is_named = isinstance(error, (MemoryError, torch.OutOfMemoryError))
    return is_named or any(text in str(error) for text in _NO_MEMORY)


def _sentence(error: Exception) -> str:
    """Return the first line of an error, or its kind."""
    return (str(error).splitlines() or [type(error).__name__])[0]
