"""How large networks are, in the three numbers that rank families nobody trained on."""

from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.graph import GraphBatch
from gennape.graph.operations import WEIGHTED

_UNITS = (0.4, 0.4, 1.0)
"""One step of each: what NAS-Bench-101 deviates by in decades of cost, and an octave."""


def network_sizes(batch: GraphBatch) -> npt.NDArray[np.float32]:
    """Sizes of canonical graphs: what lives in them counts, dead branches do not.

    Args:
        batch: Canonical graphs.

    Returns:
        `(graphs, 3)`: log10(MACs + 1), log10(parameters + 1), and log2 of the side of the
        last feature map (of a square of as many places, where it is none); 0 for networks
        without feature maps.
    """
    places = batch.output_shape[:, 1:].astype(np.float64).prod(axis=1)
    maps = np.flatnonzero(batch.is_in(WEIGHTED) & (places > 1))
    last = np.ones(len(batch))
    last[batch.graph_index[maps]] = places[maps]  # the last assignment stays
    columns = [np.log10(batch.macs + 1.0), np.log10(batch.parameters + 1.0), np.log2(last) / 2]
    return np.stack(columns, axis=1).astype(np.float32)


def size_scores(sizes: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Half the sum of the three sizes, each in its unit: `(graphs, 3)` to `(graphs,)`.

    MACs and parameters go together where families are built alike, so that half their sum
    deviates by about one. At equal cost the network that keeps more resolution to its end
    is put before the other.
    """
    scores: npt.NDArray[np.float64] = (sizes.astype(np.float64) / np.array(_UNITS)).sum(axis=1) / 2
    return scores
