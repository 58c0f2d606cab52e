"""Receptive field: how much of the image an output of the network weighs."""

import numpy as np

from gennape.graph import canonical
from gennape.graph.operations import Op
from gennape.graph.paths import path_depths
from gennape.proxies.candidate import Candidate
from gennape.proxies.proxy import Proxy

_WINDOWS = frozenset({Op.CONV, Op.MAX_POOL, Op.AVG_POOL})


def receptive_field(candidate: Candidate) -> float:
    """Width of the effective receptive field, in pixels of the input.

    `sqrt(12 v + 1)`: the width of the uniform window with variance `v`, where `v` is the
    mean over paths of `sum_l (k_l^2 - 1) / 12 * (d_l * s_l)^2` over windows of kernel `k_l`,
    dilation `d_l` and distance `s_l` between neighbours in pixels of the input. One k x k
    convolution has exactly `k`; many grow with the root of their number. Paths count as in
    `depth`; global pooling does not.

    - Source: Luo et al., "Understanding the Effective Receptive Field in Deep
      Convolutional Neural Networks" (NeurIPS 2016), section 2, for uniform weights.
    - Needs: the graph alone.
    """
    graph = canonical(candidate.graph)
    window = graph.is_in(_WINDOWS)
    doublings = np.where(window, np.log2(graph.stride).mean(axis=1), 0.0)
    distance = np.exp2(path_depths(graph, doublings)[:, 0] - doublings)
    spread = ((graph.kernel.astype(float) ** 2 - 1) * graph.dilation**2).mean(axis=1) / 12
    variance = path_depths(graph, np.where(window, spread * distance**2, 0.0))[-1, 2]
    return float(np.sqrt(12 * variance + 1))


RECEPTIVE_FIELD = Proxy("receptive_field", receptive_field, reads_graph_only=True)
