"""Plain: what the loss would gain if each weight were removed, signs kept."""

from gennape.proxies.candidate import Candidate
from gennape.proxies.proxy import Proxy


def plain(candidate: Candidate) -> float:
    """Weight times gradient, summed.

    `sum theta * dL/dtheta` over the weights of convolutions and linear layers. Before a
    batch norm the weights' scale does not matter and their part is zero, so that mostly
    the classifier speaks.

    - Source: Mozer and Smolensky, "Skeletonization" (NeurIPS 1989); as a proxy: code of
      Abdelfattah et al. (ICLR 2021), `plain`.
    - Needs: images and labels; the pass of `snip`.
    """
    return sum(
        float((layer.weight * layer.gradient).sum()) for layer in candidate.layer_gradients()
    )


PLAIN = Proxy("plain", plain)
