"""Runs that began before fingerprints had a version go on."""

import json
from pathlib import Path

import numpy as np
import pytest

from gennape import spaces
from gennape.graph import canonical
from gennape.labelling import Compute, LabellingResult, label_networks
from gennape.labelling.earlier_runs import node_by_node_hash
from gennape.labelling.folder import LabellingFolder, LabellingRun
from gennape.labelling.training import NetworkTraining
from gennape.utils.files import file_lock
from helpers.labelled_networks import coloured_images, tiny_network, tiny_recipe

IMAGES = coloured_images()
NETWORKS = [tiny_network("one", 4), tiny_network("two", 8)]


def _run(folder: Path) -> LabellingResult:
    return label_networks(NETWORKS, IMAGES, tiny_recipe(), folder, compute=Compute())


def _age(folder: Path) -> None:
    """Make a folder what it was before: with other names and without the hash's version."""
    settings = json.loads((folder / "settings.json").read_text())
    assert settings.pop("hash_version") == 2
    (folder / "settings.json").write_text(json.dumps(settings))
    for graph in NETWORKS:
        earlier = node_by_node_hash(canonical(graph))
        for file in (folder / "runs").glob(f"{graph.fingerprint}*"):
            if file.suffix == ".json":
                record = json.loads(file.read_text()) | {"fingerprint": earlier}
                del record["hash_version"]
                file.write_text(json.dumps(record))
            file.rename(file.with_name(file.name.replace(graph.fingerprint, earlier)))


def test_the_hash_of_version_1_stays() -> None:
    """The package's own labels had these fingerprints."""
    space = spaces.get("hiaml", classes=10, resolution=32)
    graph = space.graph(space.parse("a22-r30-t31-z"))
    assert node_by_node_hash(canonical(graph)) == "724655c9e934be3614759b899408f2db"


def test_runs_that_ended_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _run(tmp_path)
    _age(tmp_path)
    monkeypatch.setattr(NetworkTraining, "epoch", None)  # nothing is to be trained
    assert _run(tmp_path) == found
    assert {record.hash_version for record in found.records} == {2}
    assert len(list((tmp_path / "runs").iterdir())) == 2


def test_a_run_goes_on_after_its_last_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = _run(tmp_path / "whole")
    whole, trained = NetworkTraining.epoch, []

    def killed(self: NetworkTraining) -> None:
        trained.append(self.epochs)
        if len(trained) == 2:
            raise KeyboardInterrupt
        whole(self)

    monkeypatch.setattr(NetworkTraining, "epoch", killed)
    with pytest.raises(KeyboardInterrupt):
        _run(tmp_path / "killed")
    _age(tmp_path / "killed")
    found = _run(tmp_path / "killed")
    assert trained == [0, 1, 1, 0, 1]
    for one, other in zip(found.records, expected.records, strict=True):
        np.testing.assert_equal(vars(one) | {"seconds": 0}, vars(other) | {"seconds": 0})


def test_a_run_that_another_process_works_on_keeps_its_name(tmp_path: Path) -> None:
    kept = LabellingFolder(tmp_path, IMAGES, tiny_recipe())
    kept.checkpoint(LabellingRun(NETWORKS[0], 0)).write_bytes(b"half")
    _age(tmp_path)
    (checkpoint,) = (tmp_path / "runs").iterdir()
    with file_lock(checkpoint.with_suffix(".lock")):
        label_networks(NETWORKS[:1], IMAGES, tiny_recipe(), tmp_path, compute=Compute(), hours=0)
        assert checkpoint.exists()
    label_networks(NETWORKS[:1], IMAGES, tiny_recipe(), tmp_path, compute=Compute(), hours=0)
    assert not checkpoint.exists()
