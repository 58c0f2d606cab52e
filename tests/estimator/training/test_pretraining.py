import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gennape.estimator import CONFIGS, EncoderView, Estimator, EstimatorConfig, load, pretrain
from gennape.estimator.checkpoint import DESCRIPTION, WEIGHTS
from gennape.utils.workspace import Workspace, WorkspaceError
from helpers.tiny_tables import TINY, random_graphs, short_split, tiny_estimator, write_nasbench101


@pytest.fixture(autouse=True)
def data(tmp_path: Path) -> Iterator[Path]:
    write_nasbench101(tmp_path)
    with short_split():
        yield tmp_path


def _scores(estimator: Estimator) -> list[float]:
    return estimator.predict(random_graphs(6, seed=1)).score.tolist()


def test_the_result_is_on_disk_and_nothing_else(data: Path) -> None:
    estimator = pretrain(data, data / "out", TINY)
    assert sorted(path.name for path in (data / "out").iterdir()) == [DESCRIPTION, WEIGHTS]
    assert _scores(load(data / "out")) == _scores(estimator)
    assert estimator.config == TINY


def test_the_seed_decides_everything(data: Path) -> None:
    assert _scores(pretrain(data, data / "out", TINY)) == _scores(tiny_estimator())
    assert _scores(pretrain(data, data / "other", TINY, seed=1)) != _scores(tiny_estimator())


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
        pretrain(data, data / "out", TINY, report=kill)
    assert not (data / "out" / WEIGHTS).exists()
    resumed = pretrain(data, data / "out", TINY)
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
        pretrain(data, data / "out", TINY, report=_stop)
    with pytest.raises(WorkspaceError, match=rf"\({difference}\); give another folder"):
        pretrain(data, data / "out", *arguments)


def test_other_labels_are_another_run(data: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        pretrain(data, data / "out", TINY, report=_stop)
    write_nasbench101(data, valid_accuracy_108=np.linspace(0.8, 0.9, 40).tolist())
    with pytest.raises(WorkspaceError, match=r"families.nasbench101 was"):
        pretrain(data, data / "out", TINY)


def test_two_processes_do_not_train_in_one_folder(data: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        pretrain(data, data / "out", TINY, report=_stop)
    arguments = json.loads((data / "out" / "unfinished" / "arguments.json").read_text())
    with (
        Workspace(data / "out" / "unfinished", arguments, "arguments.json"),
        pytest.raises(WorkspaceError, match=r"another process works in .*unfinished"),
    ):
        pretrain(data, data / "out", TINY)


def test_more_clusters_than_networks_are_noticed_at_once(data: Path) -> None:
    with pytest.raises(ValueError, match="28 networks are too few for 29 clusters"):
        pretrain(data, data / "out", replace(TINY, clusters=29), report=_only_reading)


def test_the_callers_random_state_stays_as_it_was(data: Path) -> None:
    expected = torch.get_rng_state()
    pretrain(data, data / "out", TINY)
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
        scores.append(_scores(pretrain(data / folder, data / folder / "out", TINY)))
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
    estimator = pretrain(data, data / "out", config)
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
        scores.append(_scores(pretrain(data / folder, data / folder / "out", config)))
    assert scores[0] == scores[1]


def test_a_short_table_is_refused(data: Path) -> None:
    write_nasbench101(data, rows=12)
    with pytest.raises(ValueError, match="a table of 12 rows is too short to be split"):
        pretrain(data, data / "out", TINY)
