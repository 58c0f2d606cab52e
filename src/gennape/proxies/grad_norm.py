"""Grad_norm: how large the gradients are."""

from gennape.proxies.candidate import Candidate
from gennape.proxies.proxy import Proxy


def grad_norm(candidate: Candidate) -> float:
    """Norms of the gradients, summed.

    `sum_l ||dL/dW_l||_2` over convolutions and linear layers `l`.

    - Source: Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS" (ICLR 2021),
      section 3.2.
    - Needs: images and labels; the pass of `snip`.
    """
    return sum(float(layer.gradient.norm()) for layer in candidate.layer_gradients())


GRAD_NORM = Proxy("grad_norm", grad_norm)
