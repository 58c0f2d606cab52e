"""What gennape keeps for itself, and tables of the data folder, to be mutated."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from fuzz import kept_readers
from fuzz.harness import FuzzTarget
from fuzz.mutations import changed_json, changed_table, damaged, rewritten
from fuzz.state_mutations import changed_state
from gennape.benchmarks import zoo_graphs
from gennape.benchmarks.tables import (
    accel_nasbench,
    metaqnn,
    nasbench301,
    nasbench_mr,
    ofa_mobilenetv3,
    transnas,
    vitbench_pit,
)
from gennape.frontends.graph_cache import GraphCache
from gennape.graph import store
from gennape.utils.files import digest_of
from helpers.model_zoos import ROWS, write_model_zoo
from helpers.tiny_tables import write_nasbench101, write_nasbench201


class _Killed(BaseException):
    """The end of a process."""


def _trainings(folder: Path) -> Iterator[Path]:
    """Begin two trainings, of which one is killed in the second stage and one in the third."""
    for stage in ("supervised", "heads"):

        def kill(what: str, done: int, total: int, note: str = "", stage: str = stage) -> None:
            if what.endswith(stage) and done == total:
                raise _Killed

        try:
            kept_readers.train(folder / stage, kill)
        except _Killed:
            yield folder / stage


def _transfer_tests(folder: Path) -> Iterator[Path]:
    kept_readers.transferred(folder / "transfer")
    records = folder / "transfer" / "records.jsonl"
    lines = records.read_bytes().splitlines(keepends=True)
    records.write_bytes(b"".join(lines[: 1 + len(lines) // 2]))
    yield folder / "transfer"


def _zoos(folder: Path) -> Iterator[Path]:
    """Build two caches, of which one is only begun: a part is built, and a failure is known."""
    with kept_readers.zoo_cache(folder / "built"):
        kept_readers.zoo(folder / "built")
    yield folder / "built"
    with kept_readers.zoo_cache(folder / "begun"):
        kept = zoo_graphs.graphs_folder(kept_readers.TABLE)
        first, *_, last = kept_readers.ZOO
        (kept / "parts").mkdir(parents=True)
        store.save(kept_readers.zoo_graph(first), kept / "parts" / f"{digest_of(first)}.parquet")
        lines = [{"table": kept_readers.TABLE}, {"network": last.name, "error": "no such network"}]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (kept / "failures.jsonl").write_text(text)
    yield folder / "begun"


def _graphs(folder: Path) -> Iterator[Path]:
    GraphCache(folder / "graphs", 1).put("a" * 64, kept_readers.kept_graph())
    yield folder / "graphs"


_EDGES = [["sep_conv_3x3", 0], ["skip_connect", 1]] * 4
_BRANCHES = ([1], [1, 2], [1, 2], [1, 1, 1], [1, 1, 1, 1])
_MODULES = [[len(one), one, [8] * len(one)] for one in _BRANCHES]
_PIT = {"space": "PiT", "base_dim": 24, "mlp_ratio": 6, "depth": [1, 6, 2], "num_heads": [2, 2, 4]}
_ROWS: dict[str, dict[str, Any]] = {
    "metaqnn": {"architecture": "[C(64,5,1), P(5,3), D(1,2), C(128,3,1), GAP(10), SM(10)]"},
    "nasbench301": {"normal": _EDGES, "reduce": _EDGES},
    "nasbench_mr": {"architecture": {"stem": [16, 8], "modules": _MODULES, "last": 32}},
    "ofa_mobilenetv3": {
        "kernel_sizes": [3, 5, 0, 0] * 5,
        "expand_ratios": [3, 4, 0, 0] * 5,
        "depths": [2] * 5,
    },
    "transnas_micro": {"architecture": [0, 1, 2, 3, 0, 1]},
    "transnas_macro": {"architecture": [1, 1, 2, 3]},
    "vitbench_pit": {"architecture": _PIT},
    "accel_nasbench": {
        **{name: [1] * 7 for name in ("expand_ratios", "layers")},
        "kernel_sizes": [3] * 7,
        "squeeze_excite": [True] * 7,
    },
}
_TABLES = {
    name: table
    for module in (
        *(accel_nasbench, metaqnn, nasbench301, nasbench_mr, ofa_mobilenetv3, transnas),
        vitbench_pit,
    )
    for name, table in module.TABLES.items()
}


def _tables(folder: Path) -> Iterator[Path]:
    yield write_nasbench101(folder, rows=5)
    yield write_nasbench201(folder, rows=5)
    write_model_zoo(folder, ROWS)
    yield folder / "model_zoo.parquet"
    for name, row in _ROWS.items():
        cells = {
            column: cell if isinstance(cell, str) else json.dumps(cell)
            for column, cell in row.items()
        }
        values = {label: 50.5 for label in _TABLES[name].labels}
        pq.write_table(pa.Table.from_pylist([cells | values] * 3), folder / _TABLES[name].file)
        yield folder / _TABLES[name].file


def _images(folder: Path) -> Iterator[Path]:
    jpegs = []
    for colour in ((255, 0, 0), (0, 0, 255)):
        file = io.BytesIO()
        Image.new("RGB", (32, 32), colour).save(file, "JPEG")
        jpegs.append(file.getvalue())
    path = folder / "cifar10_jpeg_train.parquet"
    pq.write_table(pa.table({"img": jpegs, "label": [0, 1]}), path)
    yield path


_READERS = kept_readers.__name__
_LINES = (changed_json, changed_json, rewritten, damaged)

TARGETS = (
    FuzzTarget(
        "kept, training", f"{_READERS}:pretrained", _trainings, (damaged,), (".pt", ".npz"),
        is_slow=True,
    ),
    FuzzTarget(
        "kept, states of training", f"{_READERS}:pretrained_by", _trainings, (changed_state,),
        (".pt",), is_slow=True,
    ),
    FuzzTarget(
        "kept, transfer test", f"{_READERS}:transferred", _transfer_tests, _LINES, (".jsonl",)
    ),
    FuzzTarget(
        "kept, graphs of the zoo", f"{_READERS}:zoo", _zoos, (damaged,), (".parquet",)
    ),
    FuzzTarget("kept, failures of the zoo", f"{_READERS}:zoo", _zoos, _LINES, (".jsonl",)),
    FuzzTarget(
        "kept, graphs of programs", f"{_READERS}:graph_cache", _graphs, (damaged,), (".npz",)
    ),
    FuzzTarget("labelled tables", f"{_READERS}:labelled_table", _tables, (changed_table, damaged)),
    FuzzTarget("table of images", f"{_READERS}:images", _images, (changed_table, damaged)),
)  # fmt: skip
