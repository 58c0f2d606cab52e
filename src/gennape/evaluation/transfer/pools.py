"""The judged networks of one table, read once and kept on disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.registry import ENCODERS
from gennape.evaluation.transfer.storage import digest
from gennape.evaluation.transfer.tables import JudgedTable
from gennape.graph import GraphBatch, canonical
from gennape.proxies.depth import depths
from gennape.utils.files import atomic_write
from gennape.utils.progress import ProgressCallback

Array = npt.NDArray[np.floating[Any]]

_CHUNK = 256
_SIZES = "sizes"


@dataclass(frozen=True)
class Pool:
    """The judged networks of one table.

    Attributes:
        table: The table they are from.
        folder: Where they are kept.
    """

    table: JudgedTable
    folder: Path

    def version(self, encoder: str) -> str:
        """A short name for what an encoder sees of these networks."""
        return digest(self.table.version(encoder), self.table.rows.tolist())

    @property
    def sizes_version(self) -> str:
        """A short name for the networks' sizes, which do not depend on the encoder."""
        return self.version(next(iter(ENCODERS)))

    def sizes(self) -> dict[str, Array]:
        """What each network costs, `(networks,)` each.

        "flops" is log10(MACs + 1), "parameters" counts them, and "depth" is the mean number
        of convolutions on the paths to the output, the classifier among them.
        """
        return load_file(self._file(_SIZES))

    def features(self, encoder: str) -> GraphFeatures:
        """What an encoder sees of the networks."""
        return GraphFeatures(**load_file(self._file(encoder)))

    def read(self, encoders: Sequence[str], report: ProgressCallback) -> None:
        """Read the networks for some encoders, unless that has been done."""
        absent = [encoder for encoder in encoders if not self._file(encoder).exists()]
        if not absent and self._file(_SIZES).exists():
            return
        parts: dict[str, list[GraphFeatures]] = {encoder: [] for encoder in absent}
        sizes: list[dict[str, Array]] = []
        rows = self.table.rows
        graphs = self.table.benchmark.graphs(rows)
        while chunk := list(islice(graphs, _CHUNK)):
            batch = canonical(GraphBatch.of(chunk))
            for encoder in absent:
                parts[encoder].append(ENCODERS[encoder].features(batch))
            parameters = np.array([graph.parameters for graph in chunk], dtype=np.float64)
            sizes.append(_sizes(batch) | {"parameters": parameters})
            report(f"reading {self.table.name}", min(len(sizes) * _CHUNK, len(rows)), len(rows))
        for encoder in absent:
            self._write(encoder, GraphFeatures.join(parts[encoder]).columns())
        self._write(
            _SIZES, {name: np.concatenate([part[name] for part in sizes]) for name in sizes[0]}
        )

    def _file(self, what: str) -> Path:
        version = self.sizes_version if what == _SIZES else self.version(what)
        return self.folder / f"{self.table.name}-{what}-{version}.safetensors"

    def _write(self, what: str, columns: dict[str, npt.NDArray[Any]]) -> None:
        whole = {name: np.ascontiguousarray(column) for name, column in columns.items()}
        atomic_write(self._file(what), lambda path: save_file(whole, path))


def _sizes(batch: GraphBatch) -> dict[str, Array]:
    """MACs and depth of canonical graphs."""
    return {"flops": np.log10(batch.macs + 1.0), "depth": depths(batch).astype(np.float64)}
