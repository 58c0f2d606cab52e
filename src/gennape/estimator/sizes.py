"""How large networks are, in the three numbers that rank families nobody trained on."""

import numpy as np

from gennape.estimator.graph_features import FloatArray
from gennape.graph import GraphBatch
from gennape.graph.operations import WEIGHTED

SIZES = ("log MACs", "log parameters", "log resolution")


def network_sizes(batch: GraphBatch) -> FloatArray:
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
