"""GraSP: change of the gradient's norm if weights were removed."""

import torch

from gennape.proxies.passes import layer_weights
from gennape.proxies.prepared_network import PreparedNetwork
from gennape.proxies.proxy import Proxy


def grasp(network: PreparedNetwork) -> float:
    """Sum the gradient signal preservation.

    `- sum theta * (H g)` over the weights of convolutions and linear layers, with the
    gradient `g` and the Hessian `H` of the mean cross-entropy of one batch.

    - Source: Wang et al., "Picking Winning Tickets Before Training by Preserving Gradient
      Flow" (ICLR 2020), section 4; as a proxy with this sign: Abdelfattah et al. (ICLR 2021),
      eq. 1.
    - Needs: images and labels; one forward pass and two backward passes, the second
      through the first, so that nothing can be shared.
    """
    weights = layer_weights(network.module)
    loss = network.loss(network.batch)
    found = torch.autograd.grad(loss, weights, create_graph=True, allow_unused=True)
    used = [(w, g) for w, g in zip(weights, found, strict=True) if g is not None]
    projection = sum(((gradient.detach() * gradient).sum() for _, gradient in used), loss * 0)
    products = torch.autograd.grad(projection, [weight for weight, _ in used], allow_unused=True)
    return -sum(
        float((weight.detach() * product).sum())
        for (weight, _), product in zip(used, products, strict=True)
        if product is not None
    )


GRASP = Proxy("grasp", grasp)
