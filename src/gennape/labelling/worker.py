"""One run from its last checkpoint to its record."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pickle import UnpicklingError
from typing import Any

import torch

from gennape.graph import GraphError
from gennape.graph.hashing import HASH_VERSION
from gennape.labelling.compute import Compute
from gennape.labelling.dataset import Dataset
from gennape.labelling.folder import Folder, LabellingRun
from gennape.labelling.recipe import Recipe
from gennape.labelling.record import Record, Status, versions, write_record
from gennape.labelling.training import Divergence, History, Training
from gennape.utils.files import atomic_write, file_lock

_NO_MEMORY = ("can't allocate memory", "not enough memory")
"""What PyTorch says on a processor, where it has no exception of its own."""


@dataclass(frozen=True)
class Worker:
    """Does runs that nobody else does.

    Attributes:
        folder: Where they are kept.
        dataset: What is learned.
        recipe: How.
        compute: On what.
    """

    folder: Folder
    dataset: Dataset
    recipe: Recipe
    compute: Compute

    def attempt(self, run: LabellingRun, on_epoch: Callable[[int], bool]) -> bool:
        """Work on a run until it ends or shall not go on.

        Args:
            run: What is done.
            on_epoch: Told before each epoch how many are done; whether to go on.

        Returns:
            Whether it has ended; not so if another process works on it.
        """
        with torch.random.fork_rng():
            return self._end(run, lambda: self._work(run, on_epoch))

    def give_up(self, run: LabellingRun, reason: str) -> bool:
        """Record that a run failed, one whose processes die before they can tell.

        Returns:
            Whether it has ended; not so if another process works on it.
        """
        return self._end(run, lambda: self._lost(run, reason))

    def _end(self, run: LabellingRun, work: Callable[[], Record | None]) -> bool:
        """Keep what becomes of a run, unless it has ended or belongs to another process."""
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
        """The data set on the device."""
        return self.dataset.to(self.compute.device)

    def _work(self, run: LabellingRun, on_epoch: Callable[[int], bool]) -> Record | None:
        """What became of the run; None if it is to go on another time."""
        images, history = self._images, History()
        status, reason = Status.TRAINED, ""
        try:
            training = Training(run.graph, images, self.recipe, self.compute, run.seed)
            if kept := self._kept(run):
                training.restore(kept)
            history = training.history
            while not training.is_done:
                if not on_epoch(training.epochs):
                    return None
                training.epoch()
                checkpoint = self.folder.checkpoint(run)
                atomic_write(checkpoint, lambda path: torch.save(training.state(), path))
        except Divergence as error:
            status, reason = Status.DIVERGED, str(error)
        except (GraphError, RuntimeError, MemoryError) as error:
            status = Status.OUT_OF_MEMORY if _is_out_of_memory(error) else Status.FAILED
            reason = _sentence(error)
        return self._record(run, history, status, reason, self.compute.name)

    def _lost(self, run: LabellingRun, reason: str) -> Record:
        """What is known of a run whose processes died, and of their hardware: its kind."""
        kept = self._kept(run)
        history = History(**kept["history"]) if kept else History()
        return self._record(run, history, Status.FAILED, reason, self.compute.device)

    def _kept(self, run: LabellingRun) -> dict[str, Any] | None:
        """What the checkpoint holds; None without one, or if it is damaged and is thrown away.

        Its tensors are on the processor, so that a full GPU is not taken for damage.
        """
        checkpoint = self.folder.checkpoint(run)
        try:
            kept: dict[str, Any] = torch.load(checkpoint, "cpu", weights_only=True)
        except FileNotFoundError:
            return None
        except (RuntimeError, EOFError, UnpicklingError) as error:
            if _is_out_of_memory(error):
                raise
            checkpoint.unlink()
            return None
        return kept

    def _record(
        self, run: LabellingRun, history: History, status: Status, reason: str, device: str
    ) -> Record:
        return Record(
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
    """The first line of what went wrong, or its kind."""
    return (str(error).splitlines() or [type(error).__name__])[0]
