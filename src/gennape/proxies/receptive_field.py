"""Receptive field: the part of the image that an output of the network weighs."""

from typing import TYPE_CHECKING

import numpy as np

from gennape.graph import GraphBatch, canonical
from gennape.graph.operations import Op
from gennape.graph.paths import path_depths
from gennape.proxies.proxy import Proxy
from gennape.utils.array_types import FloatArray

if TYPE_CHECKING:
    from gennape.proxies.prepared_network import PreparedNetwork

_WINDOWS = frozenset({Op.CONV, Op.MAX_POOL, Op.AVG_POOL})


def receptive_fields(forms: GraphBatch) -> FloatArray:
    """Compute the `receptive_field` of many networks, `(graphs,)`.

    Args:
        forms: Their canonical forms.
    """
    window = forms.is_in(_WINDOWS)
    doublings = np.where(window, np.log2(forms.stride).mean(axis=1), 0.0)
    distance = np.exp2(path_depths(forms, doublings)[:, 0] - doublings)
    spread = ((forms.kernel.astype(float) ** 2 - 1) * forms.dilation**2).mean(axis=1) / 12
    outputs = forms.node_offsets[1:] - 1
    variance = path_depths(forms, np.where(window, spread * distance**2, 0.0))[outputs, 2]
    widths: FloatArray = np.sqrt(12 * variance + 1)
    return widths


def receptive_field(network: "PreparedNetwork") -> float:
    """Compute the width of the effective receptive field, in pixels of the input.

    `sqrt(12 v + 1)`: the width of the uniform window with variance `v`, where `v` is the
    mean over paths of `sum_l (k_l^2 - 1) / 12 * (d_l * s_l)^2` over windows of kernel `k_l`,
    dilation `d_l` and distance `s_l` between neighbours in pixels of the input. One k x k
    convolution has exactly `k`; many grow with the root of their number. Paths count as in
    `depth`; global pooling does not.

    - Source: Luo et al., "Understanding the Effective Receptive Field in Deep
      Convolutional Neural Networks" (NeurIPS 2016), section 2, for uniform weights.
    - Needs: the graph alone.
    """
    return float(receptive_fields(canonical(GraphBatch.of([network.graph])))[0])


RECEPTIVE_FIELD = Proxy("receptive_field", receptive_field, reads_graph_only=True)
