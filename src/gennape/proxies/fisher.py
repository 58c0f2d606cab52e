"""Fisher: how much the loss depends on each channel."""

from gennape.proxies.candidate import Candidate
from gennape.proxies.proxy import Proxy


def fisher(candidate: Candidate) -> float:
    """Saliency of channels, summed.

    `sum_l sum_c 1/2 mean_n (sum_places z * dL/dz)^2` over the output channels `c` of
    convolutions and linear layers `l` and the images `n`: the second-order effect of
    removing each channel, by the Fisher information.

    - Source: Theis et al., "Faster gaze prediction with dense networks and Fisher pruning"
      (2018); Turner et al., "BlockSwap" (ICLR 2020); as a proxy:
      Abdelfattah et al. (ICLR 2021), eq. 2.
    - Needs: images and labels; the pass of `snip`.
    """
    return sum(
        float((layer.output_saliency**2).mean(dim=0).sum() / 2)
        for layer in candidate.layer_gradients()
    )


FISHER = Proxy("fisher", fisher)
