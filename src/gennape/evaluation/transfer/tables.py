"""The labelled tables of a test: which can be read, and what tells one from another."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from gennape import benchmarks
from gennape.benchmarks import Benchmark, BenchmarkError
from gennape.benchmarks.tables import locate
from gennape.estimator.models.registry import ENCODERS, graph_features
from gennape.evaluation.transfer.failures import Failures
from gennape.evaluation.transfer.methods import Scale
from gennape.evaluation.transfer.storage import digest
from gennape.utils.files import sha256_of

_PROBED = 16


@dataclass(frozen=True, eq=False)
class JudgedTable:
    """A labelled table and the networks of it that are judged.

    Attributes:
        benchmark: The table.
        sha256: Of its file.
        rows: The rows that are judged, in file order.
    """

    benchmark: Benchmark
    sha256: str
    rows: npt.NDArray[np.int64]

    @property
    def name(self) -> str:
        """The table's name."""
        return self.benchmark.name

    def accuracies(self, label: str) -> npt.NDArray[np.float64]:
        """One label of the judged rows, `(rows,)`; NaN where a network has none.

        Raises:
            BenchmarkError: The table has no such label.
        """
        labels = self.benchmark.labels
        if label not in labels:
            raise BenchmarkError(f"{self.name} has no label {label!r}, only {', '.join(labels)}")
        return labels[label][self.rows]

    @cache  # noqa: B019 - tables live as long as the test
    def version(self, encoder: str) -> str:
        """A short name for the table and for what an encoder sees of its networks.

        Some networks are read afresh, so that code that reads them otherwise changes the name.
        """
        probed = np.linspace(0, len(self.benchmark) - 1, _PROBED).astype(np.int64)
        features = graph_features(self.benchmark.graphs(probed), encoder)
        seen = [column.astype(np.float64).sum() for column in features.columns().values()]
        return digest(self.sha256, encoder, np.round(seen, 2).tolist())


def read_tables(
    names: Sequence[str],
    data_dir: str | os.PathLike[str] | None,
    scale: Scale,
    failures: Failures,
) -> dict[str, JudgedTable]:
    """The tables that can be read, by name; the others are noted as failures."""
    tables = {}
    for name in names:
        with failures.noted(f"table {name}"):
            benchmark = benchmarks.load(name, data_dir)
            digest_of_file = sha256_of(locate(name, data_dir))
            table = JudgedTable(benchmark, digest_of_file, _judged(benchmark, scale))
            for encoder in ENCODERS:
                table.version(encoder)  # which reads some networks
            tables[name] = table
    return tables


def _judged(table: Benchmark, scale: Scale) -> npt.NDArray[np.int64]:
    """The test rows; where the scale has fewer, some drawn at random."""
    rows = table.split.test
    if scale.networks is None or len(rows) <= scale.networks:
        return rows
    return np.sort(np.random.default_rng(0).permutation(rows)[: scale.networks])
