"""A Ray cluster of two workers on this machine."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from gennape.labelling import (
    Compute,
    Dataset,
    Labelled,
    load_dataset,
    load_engine,
    run,
)
from labelled_networks import tiny_network, tiny_recipe

ray = pytest.importorskip("ray", reason="Ray is not installed")
pytestmark = pytest.mark.slow

NETWORKS = [tiny_network(f"hiaml:{width}", width) for width in (8, 12, 16, 24)]
RECIPE = tiny_recipe(epochs=6, half_resolution_epochs=0, images=512)


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As Ray's workers have; sums of several threads differ in the last bit."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def _run(folder: Path, engine: str, images: Dataset, **options: Any) -> Labelled:
    return run(
        NETWORKS, images, RECIPE, folder, compute=Compute(), engine=load_engine(engine), **options
    )


def _comparable(found: Labelled) -> list[dict[str, Any]]:
    return [{**vars(record), "seconds": 0} for record in found.records]


def _workers(claim: Path) -> list[int]:
    """Processes that have the claim open."""
    found = []
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) == str(claim):
                found.append(int(link.parts[2]))
        except OSError:  # the process has ended, or the file is closed
            continue
    return found


def test_a_killed_worker_changes_nothing(tmp_path: Path) -> None:
    """The kill comes in the middle of a run, which another worker takes over."""
    folder, images = tmp_path / "ray", load_dataset("digits")
    killed: list[str] = []
    progress: list[int] = []

    def kill_once(what: str, done: int, total: int) -> None:
        progress.append(done)
        for checkpoint in () if killed else folder.glob("runs/*.pt"):
            for process in _workers(checkpoint.with_suffix(".claim")):
                os.kill(process, signal.SIGKILL)
                killed.append(checkpoint.stem)
            return

    found = _run(folder, "ray", images, report=kill_once)
    assert len(killed) == 1
    assert found.left == 0
    assert progress[-1] == len(NETWORKS) * RECIPE.epochs
    assert _comparable(found) == _comparable(_run(tmp_path / "local", "local", images))
    assert not list(folder.glob("runs/*.pt")) + list(folder.glob("runs/*.claim"))

    written = {path: path.stat().st_mtime_ns for path in folder.glob("runs/*")}
    assert _run(folder, "ray", images).records == found.records
    assert {path: path.stat().st_mtime_ns for path in folder.glob("runs/*")} == written
