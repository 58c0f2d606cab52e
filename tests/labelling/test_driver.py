import csv
import json
from math import isnan
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from gennape import benchmarks
from gennape.labelling import (
    Compute,
    LabellingError,
    LabellingResult,
    RunStatus,
    evaluator,
    label_networks,
)
from gennape.labelling.folder import LabellingFolder, LabellingRun
from gennape.labelling.training import NetworkTraining
from gennape.labelling.worker import RunWorker
from gennape.utils.files import file_lock
from gennape.utils.workspace import WorkspaceError
from helpers.labelled_networks import coloured_images, tiny_network, tiny_recipe

IMAGES = coloured_images()
NETWORKS = [
    tiny_network(f"hiaml:a22-a22-a22-{last}", width)
    for last, width in (("a22", 4), ("z", 8), ("t31", 16))
]


def _run(
    folder: Path, networks: Any = NETWORKS, recipe: Any = None, **options: Any
) -> LabellingResult:
    return label_networks(
        networks, IMAGES, recipe or tiny_recipe(), folder, compute=Compute(), **options
    )


@pytest.fixture
def epochs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the epochs that are trained, one after another."""
    trained: list[int] = []
    whole = NetworkTraining.epoch

    def count(self: NetworkTraining) -> None:
        trained.append(self.epochs)
        whole(self)

    monkeypatch.setattr(NetworkTraining, "epoch", count)
    return trained


def _comparable(found: LabellingResult) -> list[dict[str, Any]]:
    return [{**vars(record), "seconds": 0} for record in found.records]


def test_a_row_a_run(tmp_path: Path) -> None:
    found = _run(tmp_path, seeds=(0, 1))
    assert found.left == 0
    assert [record.seed for record in found.records] == [0, 0, 0, 1, 1, 1]
    row = pq.read_table(tmp_path / "runs.parquet").to_pylist()[0]
    assert (row["architecture"], row["seed"]) == ("hiaml:a22-a22-a22-a22", 0)
    assert row["fingerprint"] == NETWORKS[0].fingerprint
    assert row["dataset_sha256"] == IMAGES.sha256
    assert (row["resolution"], row["classes"]) == (8, 10)
    assert (row["dataset"], row["recipe"], row["epochs"]) == ("brightness", "tiny", 2)
    assert row["test_accuracy"] == found.records[0].test_accuracy
    assert len(row["train_accuracy"]) == 2
    assert json.loads(row["versions"])["torch"] == torch.__version__
    assert (row["status"], row["reason"], row["precision"]) == ("trained", "", "float32")
    assert row["seconds"] > 0
    assert row["parameters"] == NETWORKS[0].parameters
    assert not list(tmp_path.glob("runs/*.pt")) + list(tmp_path.glob("runs/*.lock"))


def test_labels_are_a_benchmark(tmp_path: Path) -> None:
    found = _run(tmp_path, seeds=(0, 1))
    table = benchmarks.load(tmp_path / "labels.parquet")
    assert table.target == "brightness test accuracy, 2 epochs"
    by_name: dict[str, list[float]] = {}
    for record in found.records:
        by_name.setdefault(record.architecture, []).append(record.accuracy)
    names = [f"hiaml:{table.space.format(one)}" for one in table.architectures]
    assert set(names) == set(by_name)
    np.testing.assert_allclose(table.accuracies, [np.mean(by_name[name]) for name in names])


def test_labels_for_fine_tuning_are_means_over_seeds(tmp_path: Path) -> None:
    found = _run(tmp_path, [*NETWORKS[:1], tiny_network("module:factory", 8)], seeds=(0, 1))
    labelled = {row["model"]: row["accuracy"] for row in _rows(tmp_path / "labels.csv")}
    assert list(labelled) == ["hiaml:a22-a22-a22-a22", "module:factory"]
    for name, accuracy in labelled.items():
        runs = [record.accuracy for record in found.records if record.architecture == name]
        assert float(accuracy) == pytest.approx(np.mean(runs), rel=1e-5)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_nothing_is_done_twice(tmp_path: Path, epochs: list[int]) -> None:
    found = _run(tmp_path, NETWORKS[:2])
    assert epochs == [0, 1] * 2
    more = _run(tmp_path, [*NETWORKS, tiny_network("another name", 4)])
    assert epochs == [0, 1] * 3
    assert len(more.records) == 3
    assert more.records[:2] == found.records


def test_a_damaged_checkpoint_is_thrown_away(tmp_path: Path, epochs: list[int]) -> None:
    expected = _comparable(_run(tmp_path / "whole", NETWORKS[:1]))
    kept = LabellingFolder(tmp_path / "damaged", IMAGES, tiny_recipe())
    checkpoint = kept.checkpoint(LabellingRun(NETWORKS[0], 0))
    for damage in (b"", b"PK no checkpoint"):
        checkpoint.write_bytes(damage)
        epochs.clear()
        assert _comparable(_run(kept.path, NETWORKS[:1])) == expected
        assert epochs == [0, 1]
        kept.record(LabellingRun(NETWORKS[0], 0)).unlink()


@pytest.mark.parametrize(
    "part",
    ["network", "weights", "variance", "optimizer", "memory", "history", "accuracy", "zip"],
)
def test_a_checkpoint_that_does_not_fit_is_thrown_away(
    part: str, tmp_path: Path, epochs: list[int]
) -> None:
    expected = _comparable(_run(tmp_path / "whole", NETWORKS[:1]))
    kept, run = (
        LabellingFolder(tmp_path / "begun", IMAGES, tiny_recipe()),
        LabellingRun(NETWORKS[0], 0),
    )
    RunWorker(kept, IMAGES, tiny_recipe(), Compute()).attempt(run, lambda done: done < 1)
    state = torch.load(kept.checkpoint(run), weights_only=True)
    if part == "network":
        state["network"].popitem()
    elif part == "weights":
        next(iter(state["network"].values())).fill_(float("nan"))
    elif part == "variance":
        (name,) = (name for name in state["network"] if name.endswith("running_var"))
        state["network"][name].fill_(-1.0)
    elif part == "optimizer":
        state["optimizer"]["param_groups"][0]["momentum"] = 2.0
    elif part == "memory":
        state["optimizer"]["state"][0]["momentum_buffer"] = torch.zeros(3)
    elif part == "history":
        state["history"]["test_accuracy"] *= 3
    elif part == "accuracy":
        state["history"]["train_accuracy"] = [float("nan")]
    torch.save(state, kept.checkpoint(run))
    if part == "zip":
        content = kept.checkpoint(run).read_bytes().replace(b"little", b"middle")
        kept.checkpoint(run).write_bytes(content)
    epochs.clear()
    assert _comparable(_run(kept.path, NETWORKS[:1])) == expected
    assert epochs == [0, 1]


def test_a_checkpoint_whose_tensors_share_their_numbers(tmp_path: Path, epochs: list[int]) -> None:
    kept, run = LabellingFolder(tmp_path, IMAGES, tiny_recipe()), LabellingRun(NETWORKS[0], 0)
    RunWorker(kept, IMAGES, tiny_recipe(), Compute()).attempt(run, lambda done: done < 1)
    state = torch.load(kept.checkpoint(run), weights_only=True)
    memory = state["optimizer"]["state"][0]
    memory["momentum_buffer"] = torch.zeros(()).expand(memory["momentum_buffer"].shape)
    torch.save(state, kept.checkpoint(run))
    (record,) = _run(kept.path, NETWORKS[:1]).records
    assert record.status is RunStatus.TRAINED


def test_a_full_memory_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = LabellingFolder(tmp_path, IMAGES, tiny_recipe())
    checkpoint = kept.checkpoint(LabellingRun(NETWORKS[0], 0))
    checkpoint.write_bytes(b"whole")

    def without_memory(*_: Any, **__: Any) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr("gennape.labelling.worker.load_torch", without_memory)
    (record,) = _run(tmp_path, NETWORKS[:1]).records
    assert record.status is RunStatus.OUT_OF_MEMORY


def test_what_another_process_works_on_is_not_given_up(tmp_path: Path) -> None:
    kept, one = LabellingFolder(tmp_path, IMAGES, tiny_recipe()), LabellingRun(NETWORKS[0], 0)
    worker = RunWorker(kept, IMAGES, tiny_recipe(), Compute())
    with file_lock(kept.lock(one)):
        assert not worker.give_up(one, "its worker died")
    assert worker.give_up(one, "its worker died")


@pytest.mark.parametrize("when", [0, 1, 2, 3])
def test_a_killed_run_goes_on(tmp_path: Path, epochs: list[int], when: int) -> None:
    expected = _comparable(_run(tmp_path / "whole", NETWORKS[:2]))
    epochs.clear()

    def kill(what: str, done: int, total: int) -> None:
        if done == when:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _run(tmp_path / "killed", NETWORKS[:2], report=kill)
    assert _comparable(_run(tmp_path / "killed", NETWORKS[:2])) == expected
    assert epochs == [0, 1] * 2


def test_the_budget_ends_between_epochs(
    tmp_path: Path, epochs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _run(tmp_path / "none", hours=0)
    assert (list(found.records), found.left, epochs) == ([], 3, [])
    assert pq.read_table(tmp_path / "none" / "runs.parquet").num_rows == 0
    clock = iter(range(100))
    for module in ("driver", "engines"):
        monkeypatch.setattr(f"gennape.labelling.{module}.time", lambda: next(clock))
    found = _run(tmp_path / "some", hours=7 / 3600)
    assert (len(found.records), found.left) == (1, 2)
    assert epochs == [0, 1, 0]
    assert len(list((tmp_path / "some" / "runs").glob("*.pt"))) == 1


def test_networks_that_cannot_be_trained_are_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = NetworkTraining.epoch

    def without_memory(self: NetworkTraining) -> None:
        width = next(self.network.parameters()).shape[0]
        if self.epochs == 1 and width == 8:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        if width == 16:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        whole(self)

    monkeypatch.setattr(NetworkTraining, "epoch", without_memory)
    first, second, third = _run(tmp_path).records
    assert first.status is RunStatus.TRAINED
    assert (second.status, third.status) == (RunStatus.OUT_OF_MEMORY,) * 2
    assert "allocate 2 GiB" in second.reason
    assert len(second.test_accuracy) == 1 and np.isnan(second.accuracy)
    assert len(benchmarks.load(tmp_path / "labels.parquet")) == 1


def test_divergence_and_failure_are_rows(tmp_path: Path) -> None:
    """An image of one pixel cannot be halved."""
    (diverged,) = _run(tmp_path / "1", NETWORKS[:1], tiny_recipe(learning_rate=1e30)).records
    assert diverged.status is RunStatus.DIVERGED
    assert "not finite" in diverged.reason
    recipe = tiny_recipe(epochs=4, half_resolution_epochs=4)
    images = coloured_images(pixels=1)
    (failed,) = label_networks([tiny_network(pixels=1)], images, recipe, tmp_path / "2").records
    assert failed.status is RunStatus.FAILED
    assert "too small" in failed.reason


def test_a_folder_of_other_settings(tmp_path: Path) -> None:
    _run(tmp_path, NETWORKS[:1])
    with pytest.raises(WorkspaceError, match=r"recipe.batch was 32, is 16\); give another"):
        _run(tmp_path, NETWORKS[:1], tiny_recipe(batch=16))
    with pytest.raises(WorkspaceError, match="sha256 was"):
        label_networks(NETWORKS, coloured_images(1), tiny_recipe(), tmp_path, compute=Compute())


def test_a_network_that_does_not_fit(tmp_path: Path) -> None:
    with pytest.raises(LabellingError, match=r"brightness needs \[\(3, 8, 8\), \(8, 1, 1\)\]"):
        label_networks([tiny_network()], coloured_images(images=8), tiny_recipe(), tmp_path)


def test_a_run_of_another_process_is_left_to_it(
    tmp_path: Path, epochs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one ends without a result while this one waits."""
    folder = LabellingFolder(tmp_path, IMAGES, tiny_recipe())
    path = folder.lock(LabellingRun(NETWORKS[0], 0))
    holding = file_lock(path)
    assert holding.__enter__()
    waits: list[list[int]] = []

    def end(seconds: float) -> None:
        waits.append(list(epochs))
        holding.__exit__(None, None, None)

    monkeypatch.setattr("gennape.labelling.driver.sleep", end)
    assert len(_run(tmp_path, NETWORKS[:2]).records) == 2
    assert waits == [[0, 1]]  # not before the second network was trained
    assert epochs == [0, 1] * 2


def test_accuracies_are_means_over_the_seeds(tmp_path: Path) -> None:
    """Also of networks that are the same under two names."""
    networks = [tiny_network("a", 16), tiny_network("b", 4), tiny_network("c", 16)]
    evaluate = evaluator(IMAGES, tiny_recipe(), tmp_path, seeds=(0, 1), compute=Compute())
    accuracies = evaluate(networks)
    records = label_networks(
        networks, IMAGES, tiny_recipe(), tmp_path, seeds=(0, 1), compute=Compute()
    ).records
    assert len(records) == 4
    by_name = {
        name: mean(one.accuracy for one in records if one.architecture == name) for name in "ab"
    }
    assert accuracies == [by_name["a"], by_name["b"], by_name["a"]]


def test_a_network_without_accuracy(tmp_path: Path) -> None:
    recipe = tiny_recipe(learning_rate=1e30)
    (accuracy,) = evaluator(IMAGES, recipe, tmp_path, compute=Compute())([tiny_network()])
    assert isnan(accuracy)
