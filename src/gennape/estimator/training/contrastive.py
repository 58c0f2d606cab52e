"""The contrastive loss of GENNAPE: spectra decide how similar two graphs are.

Source: GENNAPE (arXiv 2211.17226), section "Contrastive learning": NT-Xent with soft
classes. No accuracy is used.
"""

import torch
from torch import Tensor
from torch.nn.functional import normalize


def structural_similarity(spectra: Tensor, temperature: float) -> Tensor:
    """Compute how similar graphs are, from their Laplacian eigenvalues.

    `alpha[i, l]` is the softmax over l != i of minus the Euclidean distance between
    the spectra of i and l, divided by `temperature`.

    Args:
        spectra: Laplacian eigenvalues, `(graphs, k)`.
        temperature: Small values attend to the nearest graphs alone.

    Returns:
        `(graphs, graphs)`; rows sum to one, the diagonal is zero.
    """
    distances = torch.cdist(spectra, spectra, compute_mode="donot_use_mm_for_euclid_dist")
    return torch.softmax(_without_self(-distances / temperature), dim=1)


def contrastive_loss(embeddings: Tensor, similarity: Tensor, temperature: float) -> Tensor:
    """Compute the loss that pulls graphs together as much as their structures are similar.

    `L = -mean_i sum_{l != i} alpha[i, l] log(exp(sim(z_i, z_l) / t) / sum_{r != i}
    exp(sim(z_i, z_r) / t))`, sim the cosine. The paper's sum over i is a mean here, so
    that the step does not depend on the size of the batch.

    Args:
        embeddings: `(graphs, features)`.
        similarity: `alpha`, `(graphs, graphs)`, from `structural_similarity`.
        temperature: t.

    Returns:
        The loss, a scalar.
    """
    unit = normalize(embeddings, dim=1)
    logits = _without_self(unit @ unit.T / temperature)
    log_probabilities = torch.log_softmax(logits, dim=1).masked_fill(_diagonal(logits), 0.0)
    return -(similarity * log_probabilities).sum(dim=1).mean()


def _without_self(matrix: Tensor) -> Tensor:
    return matrix.masked_fill(_diagonal(matrix), -torch.inf)


def _diagonal(matrix: Tensor) -> Tensor:
    return torch.eye(len(matrix), dtype=torch.bool, device=matrix.device)
