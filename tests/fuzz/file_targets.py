"""Label files, recipes, graph stores and official files, to be mutated."""

import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fuzz.archive_mutations import in_bz2, in_gzip, in_tar, in_zip
from fuzz.harness import FuzzTarget
from fuzz.mutations import changed_json, changed_table, damaged, rewritten
from gennape.benchmarks import import_official
from gennape.graph import GraphBatch, store
from helpers import official_files as official
from helpers.tiny_tables import random_graphs

_LINES = (*official.NB201_CELLS, *reversed(official.NB201_CELLS))


def _csv(folder: Path) -> Iterator[Path]:
    rows = [f"a note,nasbench201:{cell},{90 + row}.5," for row, cell in enumerate(_LINES)]
    for name, lines in {"one.csv": rows[:1], "labels.csv": rows}.items():
        (folder / name).write_text("\n".join(["more,model,accuracy,other", *lines, ""]))
        yield folder / name


def _parquet(folder: Path) -> Iterator[Path]:
    with TemporaryDirectory() as work:
        source = official.write_torch(Path(work) / "a.pth", official.nasbench201())
        imported = import_official("nasbench201", source, work).path
        yield Path(shutil.copy(imported, folder / "imported.parquet"))


def _plain_parquet(folder: Path) -> Iterator[Path]:
    path = folder / "labels.parquet"
    models = [f"nasbench201:{cell}" for cell in _LINES]
    pq.write_table(pa.table({"model": models, "accuracy": [90.5, 91.0, 92.0, 93.0]}), path)
    yield path


def _recipes(folder: Path) -> Iterator[Path]:
    for recipe in (files("gennape.labelling") / "recipes").iterdir():
        path = folder / recipe.name
        path.write_bytes(recipe.read_bytes())
        yield path


def _graphs(folder: Path) -> Iterator[Path]:
    path = folder / "graphs.parquet"
    store.save(GraphBatch.of(random_graphs(3)), path)
    yield path


def _nasbench101(folder: Path) -> Iterator[Path]:
    cell = ["input", "conv3x3-bn-relu", "maxpool3x3", "output"]
    accuracies = (0.9, 0.8, 0.7)
    records = [
        official.nasbench101_record("0110001000010000", cell, epochs, accuracies)
        for epochs in (4, 108)
    ]
    yield official.write_tfrecords(folder / "nasbench.tfrecord", records)


def _runs() -> dict[str, Any]:
    """Give some runs of NAS-Bench-201, with fewer epochs than official ones."""
    cells = enumerate(official.NB201_CELLS)
    return {"arch2infos": {at: official.arch_results(at, cell, 3, [777]) for at, cell in cells}}


def _old_torch(folder: Path) -> Iterator[Path]:
    yield official.write_old_torch(folder / "NAS-Bench-201-v1_0.pth", _runs())


def _torch(folder: Path) -> Iterator[Path]:
    yield official.write_torch(folder / "NAS-Bench-201-v1_1.pth", _runs())


def _bz2(folder: Path) -> Iterator[Path]:
    yield official.write_bz2_pickle(folder / "NATS-tss.pickle.pbz2", _runs())


def _nats_tar(folder: Path) -> Iterator[Path]:
    with TemporaryDirectory() as work:
        file = official.write_bz2_pickle(Path(work) / "0.pickle.pbz2", _runs())
        members = {f"simple/00000{at}.pickle.pbz2": file.read_bytes() for at in range(2)}
    yield official.write_tar(folder / "NATS-tss-simple.tar", members)


def _nasbench301(folder: Path) -> Iterator[Path]:
    run: Any = official.nasbench301_run()
    yield official.write_zip(folder / "nb301.zip", {f"rs/results_{at}.json": run for at in (0, 1)})


def _nds(folder: Path) -> Iterator[Path]:
    jobs = [official.nds_job([50.0, 12.5], seed=3), official.nds_job([30.0])]
    yield official.write_json(folder / "DARTS.json", jobs)
    yield official.write_json(folder / "ResNet_in.json", {"top": jobs, "mid": jobs})


def _transnas(folder: Path) -> Iterator[Path]:
    content = official.transnas({"macro": ["64-1234-basic"], "micro": ["64-41414-1_02_333"]})
    yield official.write_torch(folder / "transnas-bench.pth", content)


def _accel_nasbench(folder: Path) -> Iterator[Path]:
    with TemporaryDirectory() as work:
        path = official.write_json(Path(work) / "a", official.accel_nasbench_result())
        members = {f"json/result_{at}.json": path.read_bytes() for at in range(2)}
    yield official.write_tar(folder / "anb_dataset_jsons.tar.gz", members)


def _gennape_caches(folder: Path) -> Iterator[Path]:
    cell = ["input", "conv3x3-bn-relu", "maxpool3x3", "output"]
    matrix = np.array([[0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]])
    edges = [("sep_conv_3x3", 0), ("skip_connect", 1)] * 4
    genotype = official.Genotype(edges, edges)
    for name, config in {"nb101": (cell, matrix), "nb301": genotype}.items():
        path = folder / f"gpi_{name}_comp_graph_cache.pkl"
        yield official.write_gennape_cache(path, [(config, 0.9375)])


def _gennape_labels(folder: Path) -> Iterator[Path]:
    labels = {"net 1": {"cg": {"name": ""}, "max_perf": 92.5}, "net 2": {"max_perf": 90}}
    yield official.write_json(folder / "gpi_test_hiaml_cifar10_labelled_cg_data.json", labels)


_READERS = "fuzz.file_readers"

TARGETS = (
    FuzzTarget("labels, CSV", f"{_READERS}:labels", _csv, (rewritten, rewritten, damaged)),
    FuzzTarget("labels, Parquet", f"{_READERS}:labels", _plain_parquet, (changed_table, damaged)),
    FuzzTarget("labels, imported", f"{_READERS}:labels", _parquet, (changed_table, damaged)),
    FuzzTarget("recipe, TOML", f"{_READERS}:recipe", _recipes, (rewritten, rewritten, damaged)),
    FuzzTarget("graph store", f"{_READERS}:graphs", _graphs, (changed_table, damaged)),
    FuzzTarget("import nasbench101", f"{_READERS}:nasbench101", _nasbench101, (damaged,)),
    FuzzTarget("import nasbench201, old", f"{_READERS}:nasbench201", _old_torch, (damaged,)),
    FuzzTarget(
        "import nasbench201",
        f"{_READERS}:nasbench201",
        _torch,
        (in_zip(damaged), in_zip(damaged), damaged),
    ),
    FuzzTarget(
        "import nats", f"{_READERS}:nats", _bz2, (in_bz2(damaged), in_bz2(damaged), damaged)
    ),
    FuzzTarget(
        "import nats, tar", f"{_READERS}:nats", _nats_tar, (in_tar(in_bz2(damaged)), damaged)
    ),
    FuzzTarget(
        "import nasbench301",
        f"{_READERS}:nasbench301",
        _nasbench301,
        (in_zip(changed_json), in_zip(damaged), damaged),
    ),
    FuzzTarget("import nds", f"{_READERS}:nds", _nds, (changed_json, rewritten, damaged)),
    FuzzTarget("import transnas", f"{_READERS}:transnas", _transnas, (in_zip(damaged), damaged)),
    FuzzTarget(
        "import accel-nasbench",
        f"{_READERS}:accel_nasbench",
        _accel_nasbench,
        (in_gzip(in_tar(changed_json)), in_gzip(damaged), damaged),
    ),
    FuzzTarget("import gennape, caches", f"{_READERS}:gennape", _gennape_caches, (damaged,)),
    FuzzTarget(
        "import gennape, labels",
        f"{_READERS}:gennape",
        _gennape_labels,
        (changed_json, rewritten, damaged),
    ),
)
