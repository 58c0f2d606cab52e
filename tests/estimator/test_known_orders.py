"""Orders that everybody knows, by the bundled estimator."""

import numpy as np
import pytest

import gennape
from gennape.graph.hashing import graph_hashes
from helpers.known_networks import CHAINS, built, frozen, pairs


def test_at_least_98_of_100_pairs_are_right() -> None:
    prediction = gennape.load().predict(frozen())
    score = dict(zip(frozen().names, prediction.score, strict=True))
    wrong = [(worse, better) for worse, better in pairs() if score[worse] >= score[better]]
    assert len(pairs()) >= 100
    assert len(wrong) <= 0.02 * len(pairs()), wrong


def test_accuracies_are_near_measured_ones() -> None:
    """Recipes differ by some points; networks that cannot be told apart would by many more."""
    prediction = gennape.load().predict(frozen())
    expected = dict(zip(frozen().names, prediction.accuracy, strict=True))
    errors = [
        expected[name] - top1
        for chain in CHAINS
        for name, top1 in zip(chain.names, chain.top1, strict=False)
    ]
    assert np.median(np.abs(errors)) < 2
    assert np.abs(errors).max() < 6


def test_measured_accuracies_of_one_recipe_have_the_order() -> None:
    measured = [chain for chain in CHAINS if chain.top1]
    assert all(chain.recipe and len(chain.top1) <= len(chain.names) for chain in measured)
    assert all(np.diff(chain.top1).min() > 0 for chain in measured)


@pytest.mark.slow
def test_the_frozen_graphs_are_those_of_the_libraries() -> None:
    names = frozen().names
    assert set(names) == {name for pair in pairs() for name in pair}
    hashes = [graph_hashes(built(name))[0] for name in names]
    assert hashes == list(graph_hashes(frozen()))
