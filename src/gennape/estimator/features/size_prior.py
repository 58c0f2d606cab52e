"""Size prior: a ranking by MACs, parameters, resolution and depth, the same for every family."""

from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.graph import GraphBatch
from gennape.graph.operations import WEIGHTED

_UNITS = (0.4, 0.4, 0.5, 1.0)
"""One step of each: what NAS-Bench-101 deviates by in decades of cost, half an octave of the
resolution, an octave of the layers (docs/experiments.md, sizes)."""
SIZES = len(_UNITS)


def network_sizes(batch: GraphBatch) -> npt.NDArray[np.float32]:
    """Measure canonical graphs; dead branches do not count.

    Parameters behind the last feature map are those of a classifier; they make no features and do
    not count. Most of VGG's are of that kind.

    Args:
        batch: Canonical graphs.

    Returns:
        `(graphs, 4)`: log10(MACs + 1); log10(parameters + 1) up to the last feature map, of all
        where there is none; log2 of the side of the last feature map (of a square of as many
        places, where it is none), 0 for networks without feature maps; log2(layers with
        weights + 1).
    """
    places = batch.output_shape[:, 1:].astype(np.float64).prod(axis=1)
    is_layer = batch.is_in(WEIGHTED)
    maps = np.flatnonzero(is_layer & (places > 1))
    last = batch.node_offsets[1:] - 1
    last[batch.graph_index[maps]] = maps  # the last assignment stays
    is_body = np.arange(len(is_layer)) <= last[batch.graph_index]
    parameters = _sums(batch, batch.node_parameters * is_body)
    columns = [
        np.log10(batch.macs + 1.0),
        np.log10(parameters + 1.0),
        np.log2(places[last]) / 2,
        np.log2(_sums(batch, is_layer) + 1.0),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def size_prior_parts(sizes: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Split the `size_prior` into its four terms, `(graphs, 4)` to the same."""
    parts: npt.NDArray[np.float64] = sizes.astype(np.float64) / np.array(_UNITS) / 2
    return parts


def size_prior(sizes: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Sum the four sizes, each in its unit, and halve: `(graphs, 4)` to `(graphs,)`.

    MACs and parameters go together where families are built in_domain, so that half their sum
    deviates by about one. At equal cost the network that keeps more resolution to its end, and
    the one of more layers, is put before the other.
    """
    scores: npt.NDArray[np.float64] = size_prior_parts(sizes).sum(axis=1)
    return scores


def _sums(batch: GraphBatch, values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Of the nodes of each graph, `(graphs,)`."""
    sums = np.bincount(batch.graph_index, weights=values, minlength=len(batch))
    return sums.astype(np.float64)
