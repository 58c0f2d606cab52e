import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity, cross_entropy

from gennape.estimator.training.contrastive import contrastive_loss, structural_similarity


def _rows(count: int, seed: int, width: int = 5) -> Tensor:
    return torch.randn(
        count, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64
    )


def test_similarity_by_hand() -> None:
    """Spectra at 0, 3 and 4 on a line, temperature 2."""
    similarity = structural_similarity(torch.tensor([[0.0], [3.0], [4.0]]), 2.0)
    first = math.exp(-1.5) + math.exp(-2)
    second = math.exp(-1.5) + math.exp(-0.5)
    third = math.exp(-2) + math.exp(-0.5)
    expected = [
        [0, math.exp(-1.5) / first, math.exp(-2) / first],
        [math.exp(-1.5) / second, 0, math.exp(-0.5) / second],
        [math.exp(-2) / third, math.exp(-0.5) / third, 0],
    ]
    np.testing.assert_allclose(similarity, expected, rtol=1e-6)


def test_similarity_uses_the_euclidean_distance() -> None:
    """A distance of 3, 4, 5 and one of 5 along an axis are the same."""
    similarity = structural_similarity(torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, -5.0]]), 1.0)
    np.testing.assert_allclose(similarity[0], [0, 0.5, 0.5], rtol=1e-6)


@pytest.mark.parametrize("temperature", [0.07, 0.5, 1.0])
def test_loss_is_the_formula_of_the_paper(temperature: float) -> None:
    embeddings, similarity = _rows(6, 0), structural_similarity(_rows(6, 1), 0.5)
    total = 0.0
    for i in range(6):
        others = [r for r in range(6) if r != i]
        exponentials = {
            r: math.exp(cosine_similarity(embeddings[i], embeddings[r], dim=0).item() / temperature)
            for r in others
        }
        for other in others:
            share = exponentials[other] / sum(exponentials.values())
            total -= similarity[i, other].item() * math.log(share)
    loss = contrastive_loss(embeddings, similarity, temperature)
    assert loss.item() == pytest.approx(total / 6, rel=1e-10)


def test_two_views_alone_make_it_nt_xent() -> None:
    """SimCLR's loss: cross entropy with the other view as the only right answer."""
    embeddings, temperature = _rows(8, 0), 0.2
    partner = torch.arange(8).roll(4)
    similarity = torch.nn.functional.one_hot(partner, 8).to(embeddings)
    logits = cosine_similarity(embeddings[:, None], embeddings[None], dim=2) / temperature
    expected = cross_entropy(logits.fill_diagonal_(-torch.inf), partner)
    torch.testing.assert_close(contrastive_loss(embeddings, similarity, temperature), expected)


def test_only_directions_matter() -> None:
    embeddings, similarity = _rows(6, 0), structural_similarity(_rows(6, 1), 0.5)
    lengths = torch.linspace(0.1, 9, 6, dtype=torch.float64)[:, None]
    torch.testing.assert_close(
        contrastive_loss(embeddings * lengths, similarity, 0.1),
        contrastive_loss(embeddings, similarity, 0.1),
    )


def test_gradients() -> None:
    embeddings = _rows(4, 0).requires_grad_()
    similarity = structural_similarity(_rows(4, 1), 0.5)
    assert torch.autograd.gradcheck(lambda z: contrastive_loss(z, similarity, 0.5), embeddings)


def test_equal_graphs_have_finite_gradients() -> None:
    spectra = torch.zeros(4, 3)
    embeddings = torch.ones(4, 5, requires_grad=True)
    loss = contrastive_loss(embeddings, structural_similarity(spectra, 0.05), 0.1)
    (gradient,) = torch.autograd.grad(loss, embeddings)
    assert torch.isfinite(gradient).all()
    assert loss.item() == pytest.approx(math.log(3))
