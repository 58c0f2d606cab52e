"""One method on one label of one table, measured once and kept on disk."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.evaluation.few_shot import DRAWS, draw
from gennape.evaluation.metrics import Measures
from gennape.evaluation.transfer.rankings import Ranking
from gennape.evaluation.transfer.storage import code_digest, digest
from gennape.utils.files import atomic_write

Array = npt.NDArray[np.floating[Any]]

FEW = 50
"""Labels of the few-shot tables."""

LABEL_COUNTS = (0, 8, 16, 32, FEW, 64, 128)
"""Numbers of labels that are learned from."""

_CODE = ("evaluation/metrics.py", "evaluation/few_shot.py", "evaluation/transfer/cells.py")


@dataclass(frozen=True)
class Measurement:
    """One ranking and how good it is.

    Attributes:
        labels: How many labels were learned from.
        draw: Seed of their choice; 0 where there are none.
        networks: How many networks were ranked.
        measures: How well.
    """

    labels: int
    draw: int
    networks: int
    measures: Measures


@dataclass(frozen=True)
class Cell:
    """All measurements of one method on one label.

    Attributes:
        measurements: For each number of labels and each draw of them.
        seconds: How long they took.
    """

    measurements: tuple[Measurement, ...]
    seconds: float


def cell(folder: Path, name: str, ranking: Ranking, accuracies: Array, log_macs: Array) -> Cell:
    """The measurements of a ranking, from disk where they were made before.

    Args:
        folder: Where they are kept.
        name: What their file is called.
        ranking: What is measured; it knows the table, of which `name` says the label.
        accuracies: Of all networks, `(networks,)`; those without a label are not ranked.
        log_macs: Their sizes, `(networks,)`.

    Raises:
        ValueError: Fewer than two networks have a label.
    """
    code = code_digest("estimator", *_CODE)
    path = folder / f"{name}-{digest(ranking.version, LABEL_COUNTS, code)}.json"
    if not path.exists():
        start = perf_counter()
        measured = _measure(ranking, accuracies, log_macs)
        values = {
            "seconds": round(perf_counter() - start, 2),
            "measurements": [asdict(measurement) for measurement in measured],
        }
        atomic_write(path, lambda partial: partial.write_text(json.dumps(values)))
    stored = json.loads(path.read_text())
    measurements = tuple(
        Measurement(**{**entry, "measures": Measures(**entry["measures"])})
        for entry in stored["measurements"]
    )
    return Cell(measurements, stored["seconds"])


def _measure(ranking: Ranking, accuracies: Array, log_macs: Array) -> list[Measurement]:
    known = np.flatnonzero(np.isfinite(accuracies))
    if len(known) < 2:
        raise ValueError(f"{len(known)} networks with a label cannot be ranked")
    every = Measures.of(accuracies[known], ranking.score[known], log_macs[known])
    measured = [Measurement(0, 0, len(known), every)]
    for labels in LABEL_COUNTS:
        if not 0 < labels <= len(known) // 2:
            continue
        for seed in DRAWS:
            given, rest = (known[rows] for rows in draw(len(known), labels, seed))
            scores = ranking.after(given, accuracies[given], rest)
            measures = Measures.of(accuracies[rest], scores, log_macs[rest])
            measured.append(Measurement(labels, seed, len(rest), measures))
    return measured
