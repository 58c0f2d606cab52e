"""A search that goes on where it was: what its journal knows counts as it did at first."""

from dataclasses import replace
from pathlib import Path

import pytest

from gennape import spaces
from gennape.graph import ComputationGraph
from gennape.search import Constraint, NetworkCache, Objective, SearchSettings, search
from gennape.search.algorithms import ALGORITHMS
from gennape.spaces.nasbench201 import NASBench201, NASBench201Architecture
from helpers.search_doubles import Quality

SCORE = (Objective.of("score"),)
BOUNDS = (Constraint.of("macs<=120M"), Constraint.of("score>=7"))


@pytest.fixture(scope="module")
def cache() -> NetworkCache:
    return NetworkCache(spaces.get("nasbench201"))


def settings_of(algorithm: str, budget: int = 60) -> SearchSettings:
    costs = (Objective.of("macs"),) if algorithm == "nsga2" else ()
    return SearchSettings(algorithm, SCORE + costs, budget=budget)


class Killed(Exception):
    pass


class Mortal(Quality):
    """A scorer that dies after some calls."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        self.calls = calls

    def score(self, networks):  # type: ignore[no-untyped-def]
        self.calls -= 1
        if self.calls < 0:
            raise Killed
        return super().score(networks)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gennape.search.algorithm_search._PATIENCE", 50)


@pytest.mark.filterwarnings("ignore:the last line")
@pytest.mark.parametrize("bounds", [(), BOUNDS], ids=["free", "bounded"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_killed_search_ends_as_if_it_had_not_been(
    cache: NetworkCache, algorithm: str, bounds: tuple[Constraint, ...], tmp_path: Path
) -> None:
    settings = replace(settings_of(algorithm), constraints=bounds)
    whole = search(cache, settings, tmp_path / "whole", at_once := Quality())
    broken = tmp_path / "broken"
    scorers = Mortal(1), Mortal(1), Quality()
    for scorer in scorers[:2]:
        with pytest.raises(Killed):
            search(cache, settings, broken, scorer)
        with (broken / "journal.jsonl").open("a") as file:
            file.write('[["|nor_conv_3x')  # killed while it wrote
    with pytest.warns(UserWarning, match="the last line of .* was cut off"):
        assert search(cache, settings, broken, scorers[2]) == whole
    assert [text for one in scorers for text in one.scored] == at_once.scored
    assert (broken / "journal.jsonl").read_text() == (tmp_path / "whole/journal.jsonl").read_text()


def test_a_search_may_be_killed_at_any_moment(cache: NetworkCache, tmp_path: Path) -> None:
    settings = SearchSettings("random", SCORE, BOUNDS, budget=20)
    whole = search(cache, settings, tmp_path / "whole", mortal := Mortal(1000))
    for calls in range(1, 1000 - mortal.calls):
        with pytest.raises(Killed):
            search(cache, settings, tmp_path / f"{calls}", Mortal(calls))
        assert search(cache, settings, tmp_path / f"{calls}", Quality()) == whole


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_search_goes_on_with_another_budget_as_if_it_had_been_there_at_first(
    cache: NetworkCache, algorithm: str, tmp_path: Path
) -> None:
    small, large = (
        search(cache, settings_of(algorithm, budget), tmp_path / f"{budget}", Quality())
        for budget in (60, 100)
    )
    scorer = Quality()
    assert search(cache, settings_of(algorithm, 100), tmp_path / "60", scorer) == large
    assert not large.exhausted
    assert len(scorer.scored) == 40
    assert search(cache, settings_of(algorithm, 60), tmp_path / "100", Mortal(0)) == small


class Unbuilt(NASBench201):
    """A family whose networks are not to be built."""

    def graph(self, architecture: NASBench201Architecture) -> ComputationGraph:
        raise AssertionError(self.format(architecture))


def test_what_is_known_is_not_built_again(cache: NetworkCache, tmp_path: Path) -> None:
    settings = SearchSettings("random", (Objective.of("macs"),), (Constraint.of("macs<=100M"),), 60)
    whole = search(cache, settings, tmp_path)
    resumed = NetworkCache(Unbuilt())
    assert search(resumed, settings, tmp_path).front == whole.front
