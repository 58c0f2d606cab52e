from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gennape import benchmarks
from gennape.benchmarks import BenchmarkError, ModelZoo
from gennape.benchmarks.zoo_networks import ZooNetwork
from helpers.model_zoos import ROW, ROWS, write_model_zoo


def load(folder: Path, rows: list[dict[str, Any]] = ROWS) -> ModelZoo:
    write_model_zoo(folder, rows)
    table = benchmarks.load("model_zoo", folder)
    assert isinstance(table, ModelZoo)
    return table


def test_rows_become_entries(tmp_path: Path) -> None:
    table = load(tmp_path)
    first, *_, last = table.entries
    assert first == benchmarks.ZooEntry(
        loader="timm:resnet18",
        family="resnet",
        network="timm:resnet18",
        dataset="imagenet-1k",
        img_size=32,
        top1=70.5,
        top5=None,
        recipe="timm/a1",
        recipe_strict=True,
        epochs=300,
        train_res=None,
        pretrain="none",
        from_scratch=True,
        distilled=False,
        primary=True,
        shared_weights="",
        params_m=11.7,
        built_params_m=11.689512,
    )
    assert isinstance(first.epochs, int)
    assert replace(last, top1=70.5, shared_weights="") == first


def test_labels_are_top1(tmp_path: Path) -> None:
    table = load(tmp_path)
    assert len(table) == 6
    assert (table.name, table.target, list(table.labels)) == ("model_zoo", "top1", ["top1"])
    np.testing.assert_array_equal(table.accuracies, [70.5, 60, np.nan, 70.5, 50, 69])


def test_each_network_comes_once(tmp_path: Path) -> None:
    assert load(tmp_path).networks == (
        ZooNetwork("timm:resnet18", 32, 1000),
        ZooNetwork("timm:test_efficientnet", 32, 1000),
        ZooNetwork("timm:no_such_network", 32, 10),  # images of CIFAR-10
        ZooNetwork("timm:test_vit", 64, 1000),
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"dataset": "cifar10"},
        {"from_scratch": False},
        {"primary": False},
        {"shared_weights": "a"},
        {"top1": None},
    ],
)
def test_comparable_rows_are_learned_and_ranked(tmp_path: Path, changes: dict[str, Any]) -> None:
    split = load(tmp_path, [ROW, ROW | changes, ROW]).split
    assert split.train.tolist() == split.test.tolist() == [0, 2]
    assert len(split.validation) == 0


def test_it_is_of_no_family(tmp_path: Path) -> None:
    table = load(tmp_path)
    assert table.space is None
    with pytest.raises(BenchmarkError, match="networks of model_zoo are of no one family"):
        table.require_space()
    assert "model_zoo" not in benchmarks.names()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"loader": None}, "loader of row 1 is None, no text"),
        ({"loader": "keras:resnet"}, "loader of row 1 is 'keras:resnet', none of timm:NAME, "),
        ({"loader": "timm:"}, "loader of row 1 is 'timm:', none of timm:NAME, "),
        ({"dataset": "mnist"}, "dataset of row 1 is 'mnist', none of imagenet-1k, "),
        ({"img_size": 22.5}, r"img_size of row 1 is 22.5, no whole number of at least 1"),
        ({"img_size": 0.0}, r"img_size of row 1 is 0.0, no whole number of at least 1"),
        ({"top1": -1.0}, r"top1 of row 1 is -1.0, no number of at least 0"),
        ({"built_params_m": None}, "built_params_m of row 1 is None, no number"),
        ({"primary": None}, "primary of row 1 is None, neither true nor false"),
    ],
)
def test_a_broken_row(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(BenchmarkError, match=f"model_zoo.parquet is no table of .*: {reason}"):
        load(tmp_path, [ROW, ROW | changes])


def test_a_missing_column(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"is no table of model_zoo: .*recipe"):
        load(tmp_path, [{name: cell for name, cell in ROW.items() if name != "recipe"}])


def test_the_measured_table(data_folder: Path) -> None:
    """Counts are those of the table's description."""
    table = benchmarks.load("model_zoo", data_folder)
    assert isinstance(table, ModelZoo)
    assert len(table) == 2674
    assert len({entry.network for entry in table.entries}) == 934
    assert len({entry.family for entry in table.entries}) == 82
    comparable = [table.entries[row] for row in table.split.train]
    assert len(comparable) == 1369
    assert len({entry.network for entry in comparable}) == 606
    assert np.isnan(table.accuracies).sum() == 1
    libraries = Counter(entry.loader.split(":")[0] for entry in table.entries)
    assert libraries == {"timm": 1814, "pytorchcv": 734, "torchvision": 126}
