import torch

from gennape.estimator.fuzzy import FuzzyClusters
from gennape.estimator.member import Member
from tiny_tables import TINY


def _member() -> Member:
    """Three clusters at the unit vectors of an eight-dimensional embedding doubled."""
    torch.manual_seed(0)
    member = Member(TINY, TINY.views[0])
    scale = torch.full((TINY.width,), 0.5)
    centres = torch.eye(TINY.clusters, TINY.width)
    member.set_clusters(FuzzyClusters(centres, TINY.fuzzifier), scale)
    torch.nn.init.normal_(member.heads.outer)
    return member


@torch.no_grad()
def test_on_a_centre_its_head_speaks_alone() -> None:
    member = _member()
    embeddings = 2 * torch.eye(TINY.clusters, TINY.width)
    torch.testing.assert_close(
        member.predict(embeddings), member.heads(embeddings).diagonal(), rtol=1e-4, atol=1e-5
    )


@torch.no_grad()
def test_between_all_centres_the_heads_are_averaged() -> None:
    member = _member()
    middle = torch.zeros(1, TINY.width)
    torch.testing.assert_close(member.predict(middle), member.heads(middle).mean(dim=1))
