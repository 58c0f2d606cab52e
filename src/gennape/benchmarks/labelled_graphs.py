"""Labelled networks in memory, as a table like those of files."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.benchmarks.benchmark import Benchmark, BenchmarkError, Rows
from gennape.frontends.network_list import Networks, read_networks
from gennape.graph import ComputationGraph

_LABEL = "accuracy"


class LabelledGraphTable(Benchmark):
    """Labelled graphs; all of them are for training."""

    def graphs(self, rows: Rows | None = None) -> Iterator[ComputationGraph]:
        """Yield the graphs of the given rows, of all unless given."""
        chosen = range(len(self)) if rows is None else rows.tolist()
        return (self.architectures[row] for row in chosen)


def labelled_graphs(name: str, networks: Networks, labels: Any) -> LabelledGraphTable:
    """Make a table of networks and what was measured of each.

    Args:
        name: Of the table, a plain word.
        networks: In any form that `gennape.graph_of` reads.
        labels: One a network, higher is better, any unit; NaN where nothing was measured.

    Raises:
        BenchmarkError: There is not one number a network, or fewer than two of them.
        FrontendError: A network cannot be read.
    """
    graphs = read_networks(networks).all_graphs()
    try:
        values: npt.NDArray[np.float64] = np.array(labels, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BenchmarkError(f"the labels of {name} are no numbers ({error})") from error
    if values.shape != (len(graphs),):
        raise BenchmarkError(
            f"{name} has {len(graphs)} networks and labels of the shape {values.shape}; give one "
            "number a network"
        )
    if np.isfinite(values).sum() < 2:
        raise BenchmarkError(f"{name} has fewer than two networks with a label")
    return LabelledGraphTable(name, None, graphs, {_LABEL: values}, _LABEL)
