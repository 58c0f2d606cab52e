"""Each official layout, written by hand, and every value that is expected of it."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from gennape import spaces
from gennape.benchmarks import BenchmarkError, import_official
from helpers import official_files as official

Row = dict[str, Any]

CELL = ["input", "conv3x3-bn-relu", "maxpool3x3", "output"]
ADJACENCY = "0110" + "0010" + "0001" + "0000"


def imported(kind: str, file: Path, folder: Path) -> list[Row]:
    result = import_official(kind, file, folder)
    rows: list[Row] = pq.read_table(result.path).to_pylist()
    assert result.rows == len(rows)
    assert not result.skipped
    return rows


def columns(rows: list[Row], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_nasbench101(tmp_path: Path) -> None:
    records = [
        official.nasbench101_record(ADJACENCY, CELL, 108, (1.0, 0.9375, 0.875), 1234.5, 2_694_282),
        official.nasbench101_record(ADJACENCY, CELL, 4, (0.5, 0.375, 0.25)),
    ]
    file = official.write_tfrecords(tmp_path / "nasbench_full.tfrecord", records)
    rows = imported("nasbench101", file, tmp_path)
    assert columns(rows, "split", "epochs", "value", "seconds", "parameters") == [
        ("train", 108, 100.0, 1234.5, 2_694_282),
        ("validation", 108, 93.75, 1234.5, 2_694_282),
        ("test", 108, 87.5, 1234.5, 2_694_282),
        ("train", 4, 50.0, 100.0, 1_000_000),
        ("validation", 4, 37.5, 100.0, 1_000_000),
        ("test", 4, 25.0, 100.0, 1_000_000),
    ]
    assert set(columns(rows, "family", "architecture", "dataset", "metric", "seed", "macs")) == {
        ("nasbench101", "c3-mp/01-02-12-23", "cifar10", "accuracy", None, None)
    }


NASBENCH201_RUNS = [
    # CIFAR-10 has its own test set, CIFAR-100's is half validation and half test.
    ("cifar10", "train", 1.0),
    ("cifar10", "test", 0.0),
    ("cifar100", "train", -19.0),
    ("cifar100", "validation+test", -20.0),
    ("cifar100", "validation", -21.0),
    ("cifar100", "test", -22.0),
]


def nasbench201_values(order: list[int]) -> list[tuple[Any, ...]]:
    """Of all runs: cell, data set, split, epochs, seed, value, seconds."""
    return [
        (cell, dataset, split, epochs, seed, 50 + index + seed / 1024 + offset, 2.5 * epochs)
        for index, cell in enumerate(official.NB201_CELLS)
        for epochs in order
        for seed in ([777, 888] if epochs == 200 else [777])
        for dataset, split, offset in NASBENCH201_RUNS
    ]


def check_nasbench201(rows: list[Row], order: list[int]) -> None:
    names = ("architecture", "dataset", "split", "epochs", "seed", "value", "seconds")
    assert columns(rows, *names) == nasbench201_values(order)
    assert set(columns(rows, "family", "metric", "macs", "parameters")) == {
        ("nasbench201", "accuracy", 70_250_000, 500_000)
    }


@pytest.mark.parametrize("write", [official.write_old_torch, official.write_torch])
def test_nasbench201(write: Any, tmp_path: Path) -> None:
    file = write(tmp_path / "NAS-Bench-201-v1_1-096897.pth", official.nasbench201())
    check_nasbench201(imported("nasbench201", file, tmp_path), [200, 12])


def test_runs_of_the_first_version_have_only_their_last_evaluation(tmp_path: Path) -> None:
    run = official.results_count(official.NB201_CELLS[0], "cifar100", 777, 200, ["ori-test"], 70.5)
    run["eval_acc1es"]["x-test@199"] = np.float64(69.5)
    run["train_times"], run["latency"] = None, None
    file = official.write_old_torch(tmp_path / "NAS-Bench-201-v1_0-e61699.pth", {"a": run})
    rows = imported("nasbench201", file, tmp_path)
    assert columns(rows, "split", "value", "seconds") == [
        ("train", 71.5, None),
        ("validation+test", 70.5, None),
        ("test", 69.5, None),
    ]


def test_nats_topology(tmp_path: Path) -> None:
    name = "NATS-tss-v1_0-3ffb9"
    file = official.write_bz2_pickle(tmp_path / f"{name}.pickle.pbz2", official.nats())
    check_nasbench201(imported("nats-tss", file, tmp_path / "file"), [12, 200])
    folder = official.write_nats_folder(tmp_path / f"{name}-simple")
    rows = imported("nats-tss", folder, tmp_path / "folder")
    check_nasbench201(rows, [12, 200])
    assert set(columns(rows, "file")) == {("000000.pickle.pbz2",), ("000001.pickle.pbz2",)}
    files = {f"{name}-simple/{path.name}": path.read_bytes() for path in sorted(folder.iterdir())}
    archive = official.write_tar(tmp_path / f"{name}-simple.tar", files)
    check_nasbench201(imported("nats-tss", archive, tmp_path / "tar"), [12, 200])


def test_nats_size(tmp_path: Path) -> None:
    run = official.nats_size_run("8:16:24:32:40", 80.0)
    file = official.write_bz2_pickle(tmp_path / "NATS-sss-v1_0-50262.pickle.pbz2", {"90": run})
    rows = imported("nats-sss", file, tmp_path)
    assert columns(rows, "family", "architecture", "split", "epochs", "value") == [
        ("nats_sss", "8:16:24:32:40", "train", 90, 81.0),
        ("nats_sss", "8:16:24:32:40", "test", 90, 80.0),
    ]
    with pytest.raises(BenchmarkError, match="belongs to the other search space"):
        import_official("nats-tss", file, tmp_path / "other")


def test_nasbench301(tmp_path: Path) -> None:
    official.write_json(tmp_path / "data/rs/results_0.json", official.nasbench301_run(92.5, 91.25))
    rows = imported("nasbench301", tmp_path / "data", tmp_path)
    assert columns(rows, "split", "value", "epochs", "seconds", "parameters") == [
        ("train", 99.5, 98, 3600.0, 1_234_567),
        ("validation", 92.5, 98, 3600.0, 1_234_567),
        ("test", 91.25, 98, 3600.0, 1_234_567),
    ]
    # Edges 0, 1 | 2, 3, 4 | 5 to 8 | 9 to 13 belong to the four steps.
    normal = "sep3.0+skip.1-max.1+dil3.2-avg.0+sep5.3-dil5.2+sep3.4"
    reduction = "sep3.0+skip.1-max.1+dil3.2-avg.0+sep5.3-dil5.2+skip.4"
    assert set(columns(rows, "family", "architecture", "file")) == {
        ("nasbench301", f"{normal}/{reduction}", "rs/results_0.json")
    }


def test_network_design_spaces(tmp_path: Path) -> None:
    sweeps: dict[str, object] = {
        "nds_data/DARTS.json": [official.nds_job([50.0, 12.5], seed=3)],
        "nds_data/ResNet_in.json": {
            "top": [official.nds_job([60.0, 30.0, 25.0])],
            "mid": [official.nds_job([70.0], depth=9)],
        },
        "nds_data/readme.txt": "no sweep",
    }
    rows = imported("nds", official.write_zip(tmp_path / "data.zip", sweeps), tmp_path)
    assert columns(rows, "family", "dataset", "split", "value", "epochs", "seed") == [
        ("nds_darts", "cifar10", "train", 93.75, 2, 3),
        ("nds_darts", "cifar10", "test", 87.5, 2, 3),
        ("nds_resnet", "imagenet", "train", 87.5, 3, 1),
        ("nds_resnet", "imagenet", "test", 75.0, 3, 1),
        ("nds_resnet", "imagenet", "train", 65.0, 1, 1),
        ("nds_resnet", "imagenet", "test", 30.0, 1, 1),
    ]
    assert set(columns(rows, "macs", "parameters")) == {(120_000_000, 800_000)}
    assert json.loads(rows[-1]["architecture"]) == official.nds_job([70.0], depth=9)["net"]


@pytest.mark.parametrize("write", [official.write_old_torch, official.write_torch])
def test_transnas(write: Any, tmp_path: Path) -> None:
    names = {"macro": ["64-1234-basic"], "micro": ["64-41414-1_02_333", "64-41414-0_00_000"]}
    file = write(tmp_path / "transnas-bench_v10141024.pth", official.transnas(names))
    rows = imported("transnas", file, tmp_path)
    assert columns(rows, "split", "metric")[:4] == [
        ("train", "accuracy"),
        ("validation", "accuracy"),
        ("validation", "top-5 accuracy"),
        ("validation", "neg_loss"),
    ]
    wanted = [("family", "architecture", "dataset", "epochs", "value")]
    assert columns(rows[::4], *wanted[0]) == [
        ("transnas_macro", "64-1234-basic", "class_object", 3, 1.0),
        ("transnas_macro", "64-1234-basic", "jigsaw", 3, 1.0),
        ("transnas_micro", "64-41414-1_02_333", "class_object", 3, 1.0),
        ("transnas_micro", "64-41414-1_02_333", "jigsaw", 3, 1.0),
        ("transnas_micro", "64-41414-0_00_000", "class_object", 3, 11.0),
        ("transnas_micro", "64-41414-0_00_000", "jigsaw", 3, 11.0),
    ]
    for row in rows:
        spaces.get(row["family"]).parse(row["architecture"])


def test_accuracies_of_transnas_are_in_percent(tmp_path: Path) -> None:
    content = official.transnas({"macro": ["64-1234-basic"]})
    tasks = content["data"]["macro"]["64-1234-basic"]
    tasks["class_object"]["metrics"].update(valid_top1=[45.5], valid_neg_loss=[-250.0])
    tasks["jigsaw"]["metrics"]["valid_top1"] = [101.0]
    file = official.write_torch(tmp_path / "transnas.pth", content)
    result = import_official("transnas", file, tmp_path)
    assert result.skipped == {"holds an accuracy outside 0 to 100 %": 1}
    values = columns(pq.read_table(result.path).to_pylist(), "dataset", "metric", "value")
    assert {("class_object", "accuracy", 45.5), ("class_object", "neg_loss", -250.0)} <= set(values)


@pytest.mark.parametrize("squeeze", [True, "True"])
def test_accel_nasbench(squeeze: object, tmp_path: Path) -> None:
    result = json.dumps(official.accel_nasbench_result(61.5, squeeze)).encode()
    files = {"json/result_7.json": result, "json/other.json": b"{}"}
    archive = official.write_tar(tmp_path / "anb_dataset_jsons.tar.gz", files)
    rows = imported("accel-nasbench", archive, tmp_path)
    assert columns(rows, "dataset", "split", "metric", "value", "seconds") == [
        ("imagenet", "validation", "accuracy", 61.5, 1200.5),
        ("imagenet", "validation", "top-5 accuracy", 84.25, 1200.5),
        ("a100", "inference", "throughput", 1500.0, None),
        ("zcu102", "inference", "latency", 7.5, None),
    ]
    line = "/".join(["k5e4n2se"] * 7)
    assert set(columns(rows, "family", "architecture")) == {("mnasnet", line)}


EDGES = [("sep_conv_3x3", 0), ("skip_connect", 1)] * 4
LINE_301 = "-".join(["sep3.0+skip.1"] * 4)
MATRIX = np.array([[0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]])
NB201_INPUTS = ((0,), (0,), (1,), (0,), (1,), (2, 3))
NB201_OPERATIONS = [
    *("nor_conv_3x3", "avg_pool_3x3", "skip_connect"),
    *("nor_conv_1x1", "nor_conv_3x3", "skip_connect"),
]
NB201_LINE = (
    "|nor_conv_3x3~0|+|avg_pool_3x3~0|skip_connect~1|"
    "+|nor_conv_1x1~0|nor_conv_3x3~1|skip_connect~2|"
)
PN_STAGES = [["mbconv2_e3_k5", "mbconv2_e6_k7"]] * 5 + [["mbconv2_e4_k3"]]
PN_LINE = "/".join(["k5e3-k7e6"] * 5 + ["k3e4"])
MBV3_STAGES = [["mbconv3_e3_k5", "mbconv3_e6_k7"]] * 5
RESNET = {
    "d": [2, 0, 1, 2, 0],  # a residual stem, then blocks beyond the fewest of each stage
    "e": [0.2, 0.25, 0.35, 0.2] * 3 + [0.35, 0.35, 0.25, 0.25, 0.2, 0.2],
    "w": [0, 1, 2, 1, 0, 2],
}
# Slots 4, 4, 6, 4, of which the first 2, 3, 6 and 2 are used.
RESNET_LINE = "w65-r-w80/w100-e20-e25/w80-e20-e25-e35/w65-e20-e25-e35-e20-e35-e35/w100-e25-e25"
CACHES = {
    "nb101": ((CELL, MATRIX), "nasbench101", "c3-mp/01-02-12-23", "cifar10"),
    "nb201c100": ((NB201_OPERATIONS, NB201_INPUTS), "nasbench201", NB201_LINE, "cifar100"),
    "nb301": (
        official.Genotype(EDGES, EDGES),
        "nasbench301",
        f"{LINE_301}/{LINE_301}",
        "cifar10",
    ),
    "ofa": ((224, PN_STAGES), "ofa_proxylessnas", PN_LINE, "imagenet"),
    "ofa_resnet": ((192, RESNET), "ofa_resnet50", RESNET_LINE, "imagenet at 192"),
}


@pytest.mark.parametrize("cache", CACHES)
def test_caches_of_gennape(cache: str, tmp_path: Path) -> None:
    config, family, line, dataset = CACHES[cache]
    file = tmp_path / f"cache/gpi_{cache}_comp_graph_cache.pkl"
    official.write_gennape_cache(file, [(config, 0.9375)])
    rows = imported("gennape", file, tmp_path)
    assert columns(rows, "family", "architecture", "dataset", "split", "value") == [
        (family, line, dataset, "unstated", 93.75)
    ]
    spaces.get(family).parse(line)


def test_networks_of_gennape_that_are_no_family_here(tmp_path: Path) -> None:
    cache = tmp_path / "CG_data/cache/gpi_ofa_comp_graph_cache.pkl"
    official.write_gennape_cache(cache, [((224, MBV3_STAGES), 0.75)])
    labelled = {"net 1": {"cg": {"name": ""}, "max_perf": 92.5}}
    for name in ("gpi_test_two_path", "inception"):
        file = tmp_path / f"CG_data/data/{name}_cifar10_labelled_cg_data.json"
        official.write_json(file, labelled)
    rows = imported("gennape", tmp_path / "CG_data", tmp_path)
    assert columns(rows, "family", "architecture", "dataset", "value") == [
        ("gennape_ofa_mbv3", json.dumps(MBV3_STAGES), "imagenet", 75.0),
        ("gennape_two_path", "net 1", "cifar10", 92.5),
        ("gennape_inception", "net 1", "cifar10", 92.5),
    ]


def with_metrics(record: bytes, message: bytes) -> bytes:
    """The record with another message."""
    return json.dumps([*json.loads(record)[:4], base64.b64encode(message).decode()]).encode()


def broken_nasbench101() -> Iterator[tuple[bytes, str]]:
    good = official.nasbench101_record(ADJACENCY, CELL, 108, (0.5, 0.5, 0.5))
    other = "has another layout than the documented one"
    yield b"not JSON", other
    yield b"[1, 2]", other
    yield good.replace(b"maxpool3x3", b"maxpool5x5"), "is no architecture of its family"
    yield good[:-2] + b'?"]', other
    yield json.dumps([*json.loads(good)[:4], ""]).encode(), "has not three evaluations"
    metrics = official.model_metrics((0.5, 0.5, 0.5), 100.0, 1_000_000)
    yield with_metrics(good, metrics[:-3]), "has metrics that are damaged or cut"
    yield with_metrics(good, b"\x0b"), "has metrics that are damaged or cut"
    evaluation = b"".join(official.double(field, 0.5) for field in (1, 2, 3, 4))
    yield with_metrics(good, official.nested(1, evaluation) * 3), "lacks test_accuracy"
    for accuracies, reason in (
        ((float("nan"),) * 3, "holds something else where a finite number belongs"),
        ((1.5, 0.5, 0.5), "holds an accuracy outside 0 to 100 %"),
    ):
        yield official.nasbench101_record(ADJACENCY, CELL, 108, accuracies), reason


def test_broken_entries_are_skipped_and_counted(tmp_path: Path) -> None:
    good = official.nasbench101_record(ADJACENCY, CELL, 108, (0.5, 0.5, 0.5))
    records, reasons = zip(*broken_nasbench101(), strict=True)
    file = official.write_tfrecords(tmp_path / "a.tfrecord", [good, *records, good])
    result = import_official("nasbench101", file, tmp_path)
    assert (result.read, result.rows) == (2, 6)
    assert result.skipped == {reason: reasons.count(reason) for reason in reasons}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"layers": 20}, "is a network of other layers or channels than the benchmark's"),
        ({"inputs_node_normal_3": "0_2"}, "lacks 'NetworkSelectorDatasetInfo:darts:edge_normal_2'"),
        ({"edge_normal_0": "conv"}, "is no architecture of its family"),
    ],
)
def test_broken_runs_of_nasbench301(changes: Row, reason: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    official.write_json(data / "results_0.json", official.nasbench301_run())
    official.write_json(data / "results_1.json", official.nasbench301_run(**changes))
    assert import_official("nasbench301", data, tmp_path).skipped == {reason: 1}


def test_a_broken_file_of_many_is_skipped(tmp_path: Path) -> None:
    folder = official.write_nats_folder(tmp_path / "simple")
    official.write_bz2_pickle(folder / "000002.pickle.pbz2", {"12": Path("hostile")})
    (folder / "000003.pickle.pbz2").write_bytes((folder / "000000.pickle.pbz2").read_bytes()[:99])
    result = import_official("nats-tss", folder, tmp_path)
    assert result.read == 12
    cut, hostile = sorted(result.skipped)
    assert "ended before" in cut
    assert "the pickle uses pathlib." in hostile
    alone = folder / "000003.pickle.pbz2"
    with pytest.raises(BenchmarkError, match=r"000003.* is damaged or cut .*; download it again"):
        import_official("nats-tss", alone, tmp_path)
