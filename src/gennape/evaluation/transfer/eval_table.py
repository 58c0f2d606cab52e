"""Labelled tables whose networks are ranked."""

import os
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape import benchmarks
from gennape.benchmarks import Benchmark, BenchmarkError
from gennape.benchmarks.tables import locate
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.registry import ENCODERS
from gennape.graph import GraphBatch, canonical
from gennape.proxies.depth import depths
from gennape.utils.files import digest_of, sha256_of
from gennape.utils.progress import ProgressCallback

FloatArray = npt.NDArray[np.floating[Any]]

_CHUNK = 256


@dataclass(frozen=True)
class EncodedNetworks:
    """Networks as methods see them.

    Attributes:
        features: By name of the encoder.
        sizes: What each network costs, `(networks,)` each. "flops" is log10(MACs + 1),
            "parameters" counts them, and "depth" is the mean number of convolutions on the
            paths to the output, the classifier among them.
    """

    features: dict[str, GraphFeatures]
    sizes: dict[str, FloatArray]


@dataclass(frozen=True, eq=False)
class EvalTable:
    """A labelled table and the networks of it that are ranked.

    Attributes:
        benchmark: The table.
        sha256: Of its file.
        rows: The rows that are ranked, in file order, `(networks,)`.
    """

    benchmark: Benchmark
    sha256: str
    rows: npt.NDArray[np.int64]

    @classmethod
    def read(
        cls, name: str, data_dir: str | os.PathLike[str] | None, networks: int | None
    ) -> "EvalTable":
        """Read a labelled table, of which the test rows are ranked.

        Args:
            name: Name of the table.
            data_dir: The data folder; the environment variable `GENNAPE_DATA` unless given.
            networks: Most networks that are ranked, drawn at random; None for all.

        Raises:
            BenchmarkError: The table cannot be read.
            ValueError: Its first network cannot be built.
        """
        benchmark = benchmarks.load(name, data_dir)
        rows = benchmark.split.test
        if networks is not None and len(rows) > networks:
            rows = np.sort(np.random.default_rng(0).permutation(rows)[:networks])
        next(benchmark.graphs(rows[:1]))
        return cls(benchmark, sha256_of(locate(name, data_dir)), rows)

    @property
    def name(self) -> str:
        """The table's name."""
        return self.benchmark.name

    @cached_property
    def version(self) -> str:
        """A digest of the file and of the rows that are ranked."""
        return digest_of([self.name, self.sha256, self.rows.tolist()])

    def accuracies(self, label: str) -> FloatArray:
        """Return one label of the ranked networks, `(networks,)`; NaN where there is none.

        Raises:
            BenchmarkError: The table has no such label.
        """
        labels = self.benchmark.labels
        if label not in labels:
            raise BenchmarkError(f"{self.name} has no label {label!r}, only {', '.join(labels)}")
        return labels[label][self.rows]

    def encode(self, report: ProgressCallback) -> EncodedNetworks:
        """Read the ranked networks for every encoder."""
        parts: dict[str, list[GraphFeatures]] = {encoder: [] for encoder in ENCODERS}
        sizes: list[npt.NDArray[np.float64]] = []
        graphs = self.benchmark.graphs(self.rows)
        while chunk := list(islice(graphs, _CHUNK)):
            batch = canonical(GraphBatch.of(chunk))
            for encoder, kind in ENCODERS.items():
                parts[encoder].append(kind.features(batch))
            parameters = [graph.parameters for graph in chunk]
            sizes.append(np.array([np.log10(batch.macs + 1.0), parameters, depths(batch)]))
            done = min(len(sizes) * _CHUNK, len(self.rows))
            report(f"reading {self.name}", done, len(self.rows))
        flops, parameters, depth = np.concatenate(sizes, axis=1)
        features = {encoder: GraphFeatures.join(parts[encoder]) for encoder in ENCODERS}
        return EncodedNetworks(features, {"flops": flops, "parameters": parameters, "depth": depth})
