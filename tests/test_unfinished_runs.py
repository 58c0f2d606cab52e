"""Runs that an earlier version left unfinished go on; see `data/unfinished/README.md`."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gennape import spaces
from gennape.estimator import pretrain
from gennape.graph import ComputationGraph
from gennape.labelling import Compute, label_networks
from gennape.proxies import sample_pool, score_pool
from gennape.search import NetworkCache, SearchResult, SearchSettings, search
from gennape.utils.workspace import WorkspaceError
from helpers.labelled_networks import coloured_images, tiny_network, tiny_recipe
from helpers.search_doubles import Quality, true_quality
from helpers.tiny_tables import TINY, random_graphs, short_split

UNFINISHED = Path(__file__).parent / "data" / "unfinished"


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the folder that is called as the test is."""
    name = request.node.name.removeprefix("test_").partition("_")[0]
    return Path(shutil.copytree(UNFINISHED / name, tmp_path / "unfinished"))


def _search(folder: Path, scorer: Quality, seed: int = 0) -> SearchResult:
    settings = SearchSettings("evolution", budget=30, seed=seed)
    return search(NetworkCache(spaces.get("nasbench201")), settings, folder, scorer)


def test_search_goes_on(folder: Path, tmp_path: Path) -> None:
    """What two batches have scored is known; the line of the third was cut off."""
    known = (folder / "journal.jsonl").read_text()
    whole = _search(tmp_path / "whole", Quality())
    scorer = Quality()
    with pytest.warns(UserWarning, match="the last line of .* was cut off and is dropped"):
        found = _search(folder, scorer)
    assert found == whole
    assert scorer.scored == [one.text for one in whole.candidates if one.text not in known]
    assert 0 < len(scorer.scored) < len(whole.candidates)
    whole_journal = (tmp_path / "whole" / "journal.jsonl").read_bytes()
    assert (folder / "journal.jsonl").read_bytes() == whole_journal


@pytest.mark.filterwarnings("ignore:the last line")
def test_search_refuses_other_settings(folder: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"other settings \(seed was 0, is 1\)"):
        _search(folder, Quality(), seed=1)


def test_guided_search_goes_on(folder: Path, tmp_path: Path) -> None:
    """Three networks were evaluated; three are left."""
    evaluated: list[str] = []

    def evaluate(graphs: Sequence[ComputationGraph]) -> list[float]:
        evaluated.extend(graph.name for graph in graphs)
        return true_quality(graphs)

    whole, found = (
        search(
            NetworkCache(spaces.get("nasbench201")),
            SearchSettings("evolution", budget=20),
            where,
            Quality(3.0),
            evaluate=evaluate,
            evaluations=6,
            per_round=3,
        )
        for where in (tmp_path / "whole", folder)
    )
    assert found == whole
    assert len(evaluated) == 6 + 3


def test_proxies_go_on(folder: Path) -> None:
    choice = sample_pool("nasbench201", 4, resolution=8)
    known = (folder / "scores.jsonl").read_bytes()
    scores = score_pool(choice.space, choice.architectures, ("parameters", "depth"), folder)
    graphs = [choice.space.graph(one) for one in choice.architectures]
    assert scores.values("parameters").tolist() == [graph.parameters for graph in graphs]
    journal = (folder / "scores.jsonl").read_bytes()
    assert journal.startswith(known)
    assert len(journal.splitlines()) == 1 + 4


def test_labelling_goes_on(folder: Path, tmp_path: Path) -> None:
    """One run has ended; of the other the second epoch is left, then its state is deleted.

    Both are named by fingerprints of today.
    """
    names = {"hiaml:a22-a22-a22-a22": 4, "hiaml:a22-a22-a22-z": 8}
    networks = [tiny_network(name, width) for name, width in names.items()]
    (ended,) = (json.loads(path.read_bytes()) for path in (folder / "runs").glob("*.json"))
    told: list[int] = []
    whole, found = (
        label_networks(
            networks,
            coloured_images(),
            tiny_recipe(),
            where,
            compute=Compute(),
            report=lambda what, done, total, note="": told.append(done),
        )
        for where in (tmp_path / "whole", folder)
    )
    assert told == [0, 1, 2, 3, 4, 3, 4]
    assert found.records[0].seconds == ended["seconds"]
    assert found.records[0].fingerprint == networks[0].fingerprint
    assert found.left == 0
    for one, other in zip(found.records, whole.records, strict=True):
        np.testing.assert_allclose(one.test_accuracy, other.test_accuracy, atol=2)
    names = {f"{network.fingerprint}-0.json" for network in networks}
    assert {path.name for path in (folder / "runs").iterdir()} == names


def test_labelling_refuses_other_settings(folder: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"\(recipe.batch was 32, is 16\)"):
        label_networks([tiny_network()], coloured_images(), tiny_recipe(batch=16), folder)


def _pretrain(folder: Path, **options: Any) -> Any:
    with short_split():
        return pretrain("nasbench101", folder, TINY, data_dir=folder, **options)


def test_pretraining_goes_on(folder: Path) -> None:
    told: list[tuple[str, int]] = []
    estimator = _pretrain(folder, report=lambda what, done, *_: told.append((what, done)))
    assert [
        one for one in told if one[0] == "predictor 1 of 2, contrastive"
    ] == []  # that stage had ended
    assert ("predictor 1 of 2, supervised", 2) in told
    assert ("predictor 1 of 2, supervised", 1) not in told
    assert np.isfinite(estimator.predict(random_graphs(6, seed=1)).score).all()
    assert not (folder / "unfinished").exists()


def test_pretraining_refuses_other_settings(folder: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"arguments.json .* \(seed was 0, is 1\)"):
        _pretrain(folder, seed=1)
