"""One run from its last checkpoint to its record."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from gennape.graph import GraphError
from gennape.labelling.claim import claim
from gennape.labelling.compute import Compute
from gennape.labelling.dataset import Dataset
from gennape.labelling.folder import Folder, Run
from gennape.labelling.recipe import Recipe
from gennape.labelling.record import Record, Status, versions, write_record
from gennape.labelling.training import Divergence, History, Training
from gennape.reports.storage import write_whole

_NO_MEMORY = ("can't allocate memory", "not enough memory")
"""What PyTorch says on a processor, where it has no exception of its own."""


@dataclass(frozen=True)
class Worker:
    """Does runs that nobody else does.

    Attributes:
        folder: Where they are kept.
        dataset: What is learned, on the device.
        recipe: How.
        compute: On what.
        on_epoch: Told after each epoch how many are done; whether to go on.
    """

    folder: Folder
    dataset: Dataset
    recipe: Recipe
    compute: Compute
    on_epoch: Callable[[int], bool]

    def attempt(self, run: Run) -> bool:
        """Work on a run until it ends or shall not go on.

        Returns:
            Whether it has ended; not so if another process works on it.
        """
        with claim(self.folder.claim(run)) as is_mine, torch.random.fork_rng():
            if is_mine and not self.folder.record(run).exists():
                record = self._work(run)
                if record is not None:
                    write_record(record, self.folder.record(run))
            has_ended = self.folder.record(run).exists()
            if is_mine and has_ended:
                self.folder.checkpoint(run).unlink(missing_ok=True)
                self.folder.claim(run).unlink(missing_ok=True)
            return has_ended

    def _work(self, run: Run) -> Record | None:
        """What became of the run; None if it is to go on another time."""
        history = History()
        try:
            training = Training(run.graph, self.dataset, self.recipe, self.compute, run.seed)
            checkpoint = self.folder.checkpoint(run)
            if checkpoint.exists():
                training.restore(torch.load(checkpoint, map_location=self.compute.device))
            history = training.history
            while not training.is_done:
                if not self.on_epoch(training.epochs):
                    return None
                training.epoch()
                write_whole(checkpoint, lambda path: torch.save(training.state(), path))
        except Divergence as error:
            return self._record(run, history, Status.DIVERGED, str(error))
        except (GraphError, RuntimeError, MemoryError) as error:
            status = Status.OUT_OF_MEMORY if _is_out_of_memory(error) else Status.FAILED
            return self._record(run, history, status, _sentence(error))
        return self._record(run, history, Status.TRAINED, "")

    def _record(self, run: Run, history: History, status: Status, reason: str) -> Record:
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
            device=self.compute.name,
            precision=self.compute.precision,
            versions=versions(),
            status=status,
            reason=reason,
        )


def _is_out_of_memory(error: Exception) -> bool:
    is_named = isinstance(error, (MemoryError, torch.OutOfMemoryError))
    return is_named or any(text in str(error) for text in _NO_MEMORY)


def _sentence(error: Exception) -> str:
    """The first line of what went wrong, or its kind."""
    return (str(error).splitlines() or [type(error).__name__])[0]
