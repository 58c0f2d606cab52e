"""SNIP, grad_norm, plain and Fisher: sums over the gradients of one backward pass."""

from gennape.proxies.prepared_network import PreparedNetwork
from gennape.proxies.proxy import Proxy


def snip(network: PreparedNetwork) -> float:
    """Sum the connection sensitivity.

    `sum |theta * dL/dtheta|` over the weights of convolutions and linear layers, with the
    mean cross-entropy `L` of one batch: the first-order effect of removing each weight.

    - Source: Lee et al., "SNIP: Single-shot Network Pruning based on Connection
      Sensitivity" (ICLR 2019), section 4, unnormalised; as a proxy: Abdelfattah et al. (ICLR
      2021), eq. 1.
    - Needs: images and labels; one forward and one backward pass, shared with `grad_norm`,
      `plain` and `fisher`.
    """
    return sum(
        float((layer.weight * layer.gradient).abs().sum()) for layer in network.layer_gradients()
    )


def grad_norm(network: PreparedNetwork) -> float:
    """Sum the norms of the gradients.

    `sum_l ||dL/dW_l||_2` over convolutions and linear layers `l`.

    - Source: Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS" (ICLR 2021),
      section 3.2.
    - Needs: images and labels; the pass of `snip`.
    """
    return sum(float(layer.gradient.norm()) for layer in network.layer_gradients())


def plain(network: PreparedNetwork) -> float:
    """Sum weight times gradient.

    `sum theta * dL/dtheta` over the weights of convolutions and linear layers. Before a
    batch norm the weights' scale does not matter and their part is zero, so that mostly
    the classifier speaks.

    - Source: Mozer and Smolensky, "Skeletonization" (NeurIPS 1989); as a proxy: code of
      Abdelfattah et al. (ICLR 2021), `plain`.
    - Needs: images and labels; the pass of `snip`.
    """
    return sum(float((layer.weight * layer.gradient).sum()) for layer in network.layer_gradients())


def fisher(network: PreparedNetwork) -> float:
    """Sum the saliency of channels.

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
        for layer in network.layer_gradients()
    )


SNIP = Proxy("snip", snip)
GRAD_NORM = Proxy("grad_norm", grad_norm)
PLAIN = Proxy("plain", plain)
FISHER = Proxy("fisher", fisher)
