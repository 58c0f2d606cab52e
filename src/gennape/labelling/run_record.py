"""Record of a run: one row of the table of runs."""

import json
import os
import platform
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa

from gennape.labelling.dataset import LabellingError
from gennape.utils.errors import reading
from gennape.utils.files import atomic_write

_LIBRARIES = ("gennape", "torch", "numpy")


class RunStatus(StrEnum):
    """End of a run."""

    TRAINED = "trained"
    DIVERGED = "diverged"
    OUT_OF_MEMORY = "out of memory"
    FAILED = "failed"


@dataclass(frozen=True)
class RunRecord:
    """Run that has ended.

    Attributes:
        architecture: The name of the network, `family:architecture` for one of a family.
        fingerprint: Of its graph.
        macs: Multiply-accumulates for one image.
        parameters: Learned parameters.
        dataset: Name of the data set.
        dataset_sha256: Of its images and classes.
        resolution: Height of its images in pixels.
        classes: How many it has.
        recipe: Name of the recipe.
        seed: Of all randomness.
        epochs: Of the recipe.
        train_accuracy: After each epoch that was done, in percent, as in `TrainingHistory`.
        test_accuracy: After each epoch that was done, in percent.
        seconds: Of the epochs that were done.
        device: The hardware's name.
        precision: The type that layers computed in.
        versions: Of Python and the libraries.
        status: How it ended.
        reason: Why it was not trained to the end, else empty.
        hash_version: The algorithm of the fingerprint; 1 where a file does not say.
    """

    architecture: str
    fingerprint: str
    macs: int
    parameters: int
    dataset: str
    dataset_sha256: str
    resolution: int
    classes: int
    recipe: str
    seed: int
    epochs: int
    train_accuracy: list[float]
    test_accuracy: list[float]
    seconds: float
    device: str
    precision: str
    versions: dict[str, str]
    status: RunStatus
    reason: str
    hash_version: int = 1

    @property
    def accuracy(self) -> float:
        """Test accuracy after the last epoch in percent; NaN if it was not reached."""
        return self.test_accuracy[-1] if self.status is RunStatus.TRAINED else float("nan")


SCHEMA = pa.schema(
    [
        ("architecture", pa.string()),
        ("fingerprint", pa.string()),
        ("macs", pa.int64()),
        ("parameters", pa.int64()),
        ("dataset", pa.string()),
        ("dataset_sha256", pa.string()),
        ("resolution", pa.int32()),
        ("classes", pa.int32()),
        ("recipe", pa.string()),
        ("seed", pa.int64()),
        ("epochs", pa.int32()),
        ("train_accuracy", pa.list_(pa.float64())),
        ("test_accuracy", pa.list_(pa.float64())),
        ("seconds", pa.float64()),
        ("device", pa.string()),
        ("precision", pa.string()),
        ("versions", pa.string()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("hash_version", pa.int32()),
    ]
)


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that a result depends on."""
    return {"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES}


def write_record(record: RunRecord, path: Path) -> None:
    """Write a record as JSON."""
    text = json.dumps(asdict(record))
    atomic_write(path, lambda partial: partial.write_text(text, encoding="utf-8"))


def read_record(path: str | os.PathLike[str]) -> RunRecord:
    """Read a record that `write_record` wrote.

    Raises:
        LabellingError: It is damaged; names it.
    """
    with reading(path, LabellingError, "the record of a run", "delete it to have the run again"):
        values: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        record = RunRecord(**{**values, "status": RunStatus(values["status"])})
        table_of([record]).validate()
        last = record.test_accuracy[-1:] if record.status is RunStatus.TRAINED else [0.0]
        if not last or not all(map(isfinite, (*record.train_accuracy, *record.test_accuracy))):
            raise LabellingError("its accuracies are no finite numbers")
        return record


def table_of(records: list[RunRecord]) -> pa.Table:
    """Tabulate records, one row each; `versions` as JSON."""
    rows = [asdict(record) | {"versions": json.dumps(record.versions)} for record in records]
    return pa.Table.from_pylist(rows, SCHEMA)
