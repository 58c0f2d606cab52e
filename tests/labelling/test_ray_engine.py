"""A Ray cluster of two workers on this machine."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import sleep, time
from typing import Any

import pytest
import torch

from gennape.labelling import (
    Compute,
    Dataset,
    Engine,
    LabellingError,
    LabellingResult,
    RunStatus,
    evaluator,
    label_networks,
    load_dataset,
    load_engine,
)
from helpers.labelled_networks import coloured_images, tiny_network, tiny_recipe

ray = pytest.importorskip("ray", reason="Ray is not installed")
pytestmark = pytest.mark.slow

NETWORKS = [tiny_network(f"hiaml:{width}", width) for width in (8, 12, 16, 24)]
RECIPE = tiny_recipe(epochs=6, half_resolution_epochs=0, images=512)


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[str]:
    """Its address."""
    ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield ray.get_runtime_context().gcs_address
    ray.shutdown()


@pytest.fixture(scope="module")
def engine(cluster: str) -> Engine:
    return load_engine("ray")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As Ray's workers have; sums of several threads differ in the last bit."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def _run(folder: Path, engine: Engine | None = None, **options: Any) -> LabellingResult:
    options = {"recipe": RECIPE, "compute": Compute(), "engine": engine} | options
    return label_networks(NETWORKS, load_dataset("digits"), folder=folder, **options)


def _comparable(found: LabellingResult) -> list[dict[str, Any]]:
    return [{**vars(record), "seconds": 0} for record in found.records]


def _holders(lock: Path) -> list[int]:
    """Processes that have the lock open."""
    found = []
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) == str(lock):
                found.append(int(link.parts[2]))
        except OSError:  # the process has ended, or the file is closed
            continue
    return found


def test_a_killed_worker_changes_nothing(tmp_path: Path, engine: Engine) -> None:
    """The kill comes in the middle of a run, which goes on from there."""
    folder = tmp_path / "ray"
    killed: list[str] = []
    progress: list[int] = []

    def kill_once(what: str, done: int, total: int) -> None:
        progress.append(done)
        for checkpoint in () if killed else folder.glob("runs/*.pt"):
            for process in _holders(checkpoint.with_suffix(".lock")):
                os.kill(process, signal.SIGKILL)
                killed.append(checkpoint.stem)
            return

    found = _run(folder, engine, report=kill_once)
    assert len(killed) == 1
    assert found.left == 0
    assert progress[-1] == len(NETWORKS) * RECIPE.epochs
    assert _comparable(found) == _comparable(_run(tmp_path / "local"))
    assert not list(folder.glob("runs/*.pt")) + list(folder.glob("runs/*.lock"))

    written = {path: path.stat().st_mtime_ns for path in folder.glob("runs/*")}
    assert _run(folder, engine).records == found.records
    assert {path: path.stat().st_mtime_ns for path in folder.glob("runs/*")} == written


_DRIVER = """
import sys
from test_ray_engine import _run, load_engine
_run(sys.argv[1], load_engine("ray"))
"""


def test_a_driver_that_died_comes_back(tmp_path: Path, cluster: str, engine: Engine) -> None:
    folder = tmp_path / "ray"
    search = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    environment = {**os.environ, "RAY_ADDRESS": cluster, "PYTHONPATH": search}
    with subprocess.Popen([sys.executable, "-c", _DRIVER, folder], env=environment) as driver:
        while not list(folder.glob("runs/*.pt")):
            assert driver.poll() is None
            sleep(0.02)
        driver.kill()
    assert len(list(folder.glob("runs/*.json"))) < len(NETWORKS)
    assert _comparable(_run(folder, engine)) == _comparable(_run(tmp_path / "local"))


def test_the_budget_ends_tasks_between_epochs(tmp_path: Path, engine: Engine) -> None:
    """Where the workers need longer to start than the budget is, it is a longer one."""
    for seconds in (6, 24, 96):
        start = time()
        found = _run(tmp_path, engine, recipe=tiny_recipe(epochs=10**6), hours=seconds / 3600)
        assert (found.records, found.left) == ([], len(NETWORKS))
        assert time() - start >= seconds
        if begun := list(tmp_path.glob("runs/*.pt")):
            break
    assert 1 <= len(begun) <= 2


def test_a_run_that_kills_its_workers_is_a_row(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Deadly(Dataset):
        def to(self, device: str) -> Dataset:
            os.kill(os.getpid(), signal.SIGKILL)
            return self

    images = coloured_images()
    deadly = Deadly(images.name, images.train, images.test)
    monkeypatch.setattr("gennape.labelling.ray_engine.RETRIES", 1)
    (record,) = label_networks(
        NETWORKS[:1], deadly, RECIPE, tmp_path, compute=Compute(), engine=engine
    ).records
    assert (record.status, record.reason) == (RunStatus.FAILED, "its worker died 2 times")
    assert record.test_accuracy == []


def test_what_a_worker_refuses_ends_the_labelling(tmp_path: Path, engine: Engine) -> None:
    """Errors arrive as they were raised."""

    class Elsewhere(Dataset):
        def to(self, device: str) -> Dataset:
            raise LabellingError("no memory on this machine")

    images = coloured_images()
    elsewhere = Elsewhere(images.name, images.train, images.test)
    evaluate = evaluator(elsewhere, RECIPE, tmp_path, engine=engine)
    with pytest.raises(LabellingError, match=r"^no memory on this machine$"):
        evaluate(NETWORKS[:1])


@pytest.mark.parametrize("share", [0, -1, 1.5])
def test_shares_that_ray_cannot_give(share: float) -> None:
    with pytest.raises(LabellingError, match="up to 1 or a whole number"):
        load_engine("ray", share)
