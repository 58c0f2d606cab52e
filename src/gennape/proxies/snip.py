"""SNIP: how much the loss depends on each weight."""

from gennape.proxies.candidate import Candidate
from gennape.proxies.proxy import Proxy


def snip(candidate: Candidate) -> float:
    """Connection sensitivity, summed.

    `sum |theta * dL/dtheta|` over the weights of convolutions and linear layers, with the
    mean cross-entropy `L` of one batch: the first-order effect of removing each weight.

    - Source: Lee et al., "SNIP: Single-shot Network Pruning based on Connection
      Sensitivity" (ICLR 2019), section 4, unnormalised; as a proxy: Abdelfattah et al. (ICLR
      2021), eq. 1.
    - Needs: images and labels; one forward and one backward pass, shared with `grad_norm`,
      `plain` and `fisher`.
    """
    return sum(
        float((layer.weight * layer.gradient).abs().sum()) for layer in candidate.layer_gradients()
    )


SNIP = Proxy("snip", snip)
