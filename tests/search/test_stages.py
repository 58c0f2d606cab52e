from pathlib import Path

import numpy as np
import pytest

import gennape
from gennape import spaces
from gennape.estimator import Estimator
from gennape.graph import GraphBatch, canonical
from gennape.proxies import score
from gennape.proxies.registry import GRAPH_PROXIES
from gennape.search import EstimatorScorer, NetworkCache, SearchSettings, WorkerPool, search
from gennape.search.network_cache import SearchNetwork, canonical_forms
from gennape.search.stages import CostStage, ProxyStage

SPACE = spaces.get("nasbench201")


@pytest.fixture(scope="module")
def estimator() -> Estimator:
    return gennape.load()


def networks(count: int, seed: int = 0) -> list[SearchNetwork]:
    rng = np.random.default_rng(seed)
    return NetworkCache(SPACE).describe([SPACE.sample(rng) for _ in range(count)])


def test_forms_come_in_the_order_of_the_networks() -> None:
    first, second = networks(5, 1), networks(4, 2)
    unread = [SearchNetwork(SPACE, one.architecture, one.text, one.costs) for one in first[:2]]
    mixed = [second[2], first[4], unread[1], second[0], first[2], unread[0]]
    expected = canonical(GraphBatch.of(network.graph for network in mixed))
    for got, wanted in zip(canonical_forms(mixed), expected, strict=True):
        assert got.name == wanted.name
        assert got.fingerprint == wanted.fingerprint


def test_scores_are_those_of_the_estimator(estimator: Estimator) -> None:
    some = networks(70)
    score, uncertainty = EstimatorScorer(estimator).score(some)
    prediction = estimator.predict([network.graph for network in some])
    np.testing.assert_allclose(score, prediction.score, atol=1e-5)
    np.testing.assert_allclose(uncertainty, prediction.uncertainty, atol=1e-5)


@pytest.mark.parametrize("family", spaces.names())
def test_proxies_of_many_networks_are_those_of_each(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = spaces.get(family)
    rng = np.random.default_rng(0)
    different = {space.signature(one): one for one in (space.sample(rng) for _ in range(3))}
    some = NetworkCache(space).describe(list(different.values()))
    graphs = [space.graph(network.architecture) for network in some]
    measured = [name for name in GRAPH_PROXIES if name not in CostStage.metrics]
    expected = {name: [score(name, graph).value for graph in graphs] for name in measured}
    monkeypatch.delattr(SearchNetwork, "graph")  # the canonical forms are at hand
    found = ProxyStage(tuple(measured)).measure(some)
    assert {name: values.tolist() for name, values in found.items()} == expected


def test_two_processes_find_what_one_finds(
    estimator: Estimator, pair: WorkerPool, tmp_path: Path
) -> None:
    settings = SearchSettings("evolution", budget=150)
    alone = search(NetworkCache(SPACE), settings, tmp_path / "1", EstimatorScorer(estimator))
    cache = NetworkCache(SPACE, pool=pair)
    together = search(cache, settings, tmp_path / "2", EstimatorScorer(estimator, pair))
    assert together == alone
