import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gennape import GennapeError, benchmarks
from gennape.estimator import CONFIGS, EncoderView, Estimator, EstimatorConfig, load, pretrain
from gennape.estimator.checkpoint import DESCRIPTION, WEIGHTS
from gennape.utils.workspace import Workspace, WorkspaceError
from helpers.tiny_tables import TINY, random_graphs, short_split, tiny_estimator, write_nasbench101


@pytest.fixture(autouse=True)
def data(tmp_path: Path) -> Iterator[Path]:
    write_nasbench101(tmp_path)
    with short_split():
        yield tmp_path


def _pretrain(data: Path, *arguments: Any, **options: Any) -> Estimator:
    return pretrain("nasbench101", *arguments, data_dir=data, **options)


def _scores(estimator: Estimator) -> list[float]:
    return estimator.predict(random_graphs(6, seed=1)).score.tolist()


def test_the_result_is_on_disk_and_nothing_else(data: Path) -> None:
    estimator = _pretrain(data, data / "out", TINY)
    assert sorted(path.name for path in (data / "out").iterdir()) == [DESCRIPTION, WEIGHTS]
    assert _scores(load(data / "out")) == _scores(estimator)
    assert estimator.config == TINY


def test_the_seed_decides_everything(data: Path) -> None:
    assert _scores(_pretrain(data, data / "out", TINY)) == _scores(tiny_estimator())
    assert _scores(_pretrain(data, data / "other", TINY, seed=1)) != _scores(tiny_estimator())


@pytest.mark.parametrize(
    ("stage", "step"),
    [
        ("reading nasbench101", 28),
        ("predictor 1 of 2, contrastive", 2),
        ("predictor 1 of 2, supervised", 1),
        ("predictor 2 of 2, heads", 2),
    ],
)
def test_a_killed_run_ends_as_if_it_had_not_been_killed(data: Path, stage: str, step: int) -> None:
    def kill(what: str, done: int, total: int) -> None:
        if (what, done) == (stage, step):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _pretrain(data, data / "out", TINY, report=kill)
    assert not (data / "out" / WEIGHTS).exists()
    resumed = _pretrain(data, data / "out", TINY)
    assert _scores(resumed) == _scores(tiny_estimator())


def _only_reading(what: str, done: int, total: int) -> None:
    assert what.startswith("reading")


def _stop(what: str, done: int, total: int) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("arguments", "difference"),
    [((replace(TINY, width=9), 0), "config.width was 8, is 9"), ((TINY, 1), "seed was 0, is 1")],
)
def test_another_run_does_not_go_on_from_an_unfinished_one(
    data: Path, arguments: tuple[EstimatorConfig, int], difference: str
) -> None:
    with pytest.raises(KeyboardInterrupt):
        _pretrain(data, data / "out", TINY, report=_stop)
    with pytest.raises(WorkspaceError, match=rf"\({difference}\); give another folder"):
        _pretrain(data, data / "out", *arguments)


def test_other_labels_are_another_run(data: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        _pretrain(data, data / "out", TINY, report=_stop)
    write_nasbench101(data, valid_accuracy_108=np.linspace(0.8, 0.9, 40).tolist())
    with pytest.raises(WorkspaceError, match=r"families.nasbench101 was"):
        _pretrain(data, data / "out", TINY)


def test_two_processes_do_not_train_in_one_folder(data: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        _pretrain(data, data / "out", TINY, report=_stop)
    arguments = json.loads((data / "out" / "unfinished" / "arguments.json").read_text())
    with (
        Workspace(data / "out" / "unfinished", arguments, "arguments.json"),
        pytest.raises(WorkspaceError, match=r"another process works in .*unfinished"),
    ):
        _pretrain(data, data / "out", TINY)


def test_more_clusters_than_networks_are_noticed_at_once(data: Path) -> None:
    with pytest.raises(ValueError, match="28 networks are too few for 29 clusters"):
        _pretrain(data, data / "out", replace(TINY, clusters=29), report=_only_reading)


def test_the_callers_random_state_stays_as_it_was(data: Path) -> None:
    expected = torch.get_rng_state()
    _pretrain(data, data / "out", TINY)
    load(data / "out")
    assert torch.equal(torch.get_rng_state(), expected)


def test_only_training_rows_are_learned_from(data: Path) -> None:
    """Other labels on validation and test rows, those with the last hashes, change nothing."""
    rows = 40
    labels = np.linspace(0.8, 0.95, rows)
    is_training = np.array([row * 7 % rows < rows - 12 for row in range(rows)])
    scores = []
    for folder, other in (("one", 0.1), ("two", 0.9)):
        (data / folder).mkdir()
        accuracies = np.where(is_training, labels, other).tolist()
        write_nasbench101(data / folder, rows, valid_accuracy_108=accuracies)
        scores.append(_scores(_pretrain(data / folder, data / folder / "out", TINY)))
    assert scores[0] == scores[1]


@pytest.mark.parametrize(
    "config",
    [
        replace(TINY, contrastive_epochs=0),
        replace(TINY, clusters=1),
        replace(TINY, label="accuracy"),
        replace(TINY, label="flops"),
        replace(TINY, views=TINY.views[:1]),
        replace(TINY, views=(EncoderView("mean and sum", paths=True),)),
        replace(CONFIGS["k-gnn"], epochs=1),
    ],
    ids=[
        "no-contrastive",
        "one-cluster",
        "plain-label",
        "flops-label",
        "one-view",
        "both-readouts",
        "k-gnn",
    ],
)
def test_every_part_is_a_switch(data: Path, config: EstimatorConfig) -> None:
    estimator = _pretrain(data, data / "out", config)
    assert np.isfinite(_scores(estimator)).all()
    assert _scores(estimator) != _scores(tiny_estimator())
    assert _scores(load(data / "out")) == _scores(estimator)


def test_a_few_networks_that_failed_to_train_do_not_set_the_scale(data: Path) -> None:
    """Accuracies below the floor's quantile count as that quantile."""
    labels = np.linspace(0.8, 0.95, 40)
    lowest = int(np.argmin([row * 7 % 40 for row in range(40)]))  # a training row
    order = np.roll(labels, lowest)
    scores = []
    for folder, failed in (("one", 0.1), ("two", 0.2)):
        (data / folder).mkdir()
        order[lowest] = failed
        write_nasbench101(data / folder, 40, valid_accuracy_108=order.tolist())
        config = replace(TINY, label="accuracy", floor_quantile=0.1)
        scores.append(_scores(_pretrain(data / folder, data / folder / "out", config)))
    assert scores[0] == scores[1]


def test_a_short_table_is_refused(data: Path) -> None:
    write_nasbench101(data, rows=12)
    with pytest.raises(ValueError, match="a table of 12 rows is too short to be split"):
        _pretrain(data, data / "out", TINY)


CELLS = random_graphs(12, seed=7)
LABELS = [float(number % 5) for number in range(12)]


def test_a_family_in_memory_needs_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GENNAPE_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    estimator = pretrain({"mine": (CELLS, LABELS)}, config=TINY)
    assert estimator.domain.names == ["mine"]
    assert estimator.explain(CELLS)["family"].tolist() == ["mine"] * 12
    assert sorted(tmp_path.iterdir()) == before


def test_a_family_in_memory_is_learned_as_the_same_one_of_a_table(data: Path) -> None:
    table = benchmarks.load("nasbench101", data)
    rows = table.split.train
    mine = {"nasbench101": (list(table.graphs(rows)), table.accuracies[rows])}
    assert _scores(pretrain(mine, config=TINY)) == _scores(tiny_estimator())


def test_several_families_in_memory_train_a_ranker(tmp_path: Path) -> None:
    others = ["hiaml:a22-src0-t31-z", "hiaml:g30-a22-z-a22", "hiaml:src3-t31-t20-j30"]
    families = {"mine": (CELLS, LABELS), "other": (others, [1.0, 2.0, 3.0])}
    estimator = pretrain(families, tmp_path / "out", TINY)
    assert estimator.ranker is not None
    assert _scores(load(tmp_path / "out")) == pytest.approx(_scores(estimator), abs=1e-6)


def test_other_labels_in_memory_are_another_run(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        pretrain({"mine": (CELLS, LABELS)}, tmp_path / "out", TINY, report=_stop)
    with pytest.raises(WorkspaceError):
        pretrain({"mine": (CELLS, LABELS[::-1])}, tmp_path / "out", TINY)


@pytest.mark.parametrize(
    ("families", "reason"),
    [
        ({}, "no family to train on"),
        ({"a/b": (CELLS, LABELS)}, "'a/b' is no name of a family"),
        ({"mine": (CELLS, LABELS[1:])}, "mine has 12 networks and labels of the shape"),
        ({"mine": (CELLS, ["good"] * 12)}, "the labels of mine are no numbers"),
        ({"mine": (CELLS, [1.0] + [float("nan")] * 11)}, "fewer than two networks with a label"),
        ({"mine": (["absent.onnx", *CELLS[1:]], LABELS)}, "absent.onnx"),
    ],
)
def test_families_that_cannot_be_learned(families: Any, reason: str) -> None:
    with pytest.raises(GennapeError, match=reason):
        pretrain(families, config=TINY)
