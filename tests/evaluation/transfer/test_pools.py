from pathlib import Path

import numpy as np
import pytest

from gennape import benchmarks
from gennape.estimator.models.registry import graph_features
from gennape.evaluation.transfer import pools, tables
from gennape.evaluation.transfer.failures import Failures
from gennape.evaluation.transfer.methods import WHOLE, Scale
from gennape.evaluation.transfer.pools import Pool
from gennape.evaluation.transfer.tables import JudgedTable, read_tables
from gennape.utils.progress import no_progress
from tiny_tables import write_nasbench201

PLAIN = "|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|none~0|none~1|nor_conv_3x3~2|"
BRANCHED = "|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"


def _read(folder: Path, scale: Scale = WHOLE) -> JudgedTable:
    return read_tables(["nasbench201"], folder, scale, Failures())["nasbench201"]


def _pool(table: JudgedTable, folder: Path) -> Pool:
    pool = Pool(table, folder)
    pool.read(["message-passing", "k-gnn"], no_progress)
    return pool


def test_features_are_those_of_the_encoders(tmp_path: Path) -> None:
    write_nasbench201(tmp_path, rows=12)
    pool = _pool(_read(tmp_path), tmp_path / "kept")
    graphs = list(benchmarks.load("nasbench201", tmp_path).graphs())
    for encoder in ("message-passing", "k-gnn"):
        expected = graph_features(graphs, encoder).columns()
        for name, column in pool.features(encoder).columns().items():
            np.testing.assert_array_equal(column, expected[name])
    sizes = pool.sizes()
    assert sizes["parameters"].tolist() == [graph.parameters for graph in graphs]
    np.testing.assert_allclose(sizes["flops"], pool.features("k-gnn").log_macs, rtol=1e-6)


def test_depth_by_hand(tmp_path: Path) -> None:
    """Stem, fifteen cells, two reductions with paths of two and of one, classifier."""
    write_nasbench201(tmp_path, names=[PLAIN, BRANCHED])
    depth = _pool(_read(tmp_path), tmp_path / "kept").sizes()["depth"]
    assert depth.tolist() == pytest.approx([2 + 15 * 3 + 2 * 1.5, 2 + 15 * 1.5 + 2 * 1.5])


def test_networks_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_nasbench201(tmp_path, rows=12)
    _pool(_read(tmp_path), tmp_path / "kept")
    monkeypatch.setattr(pools, "canonical", None)
    _pool(_read(tmp_path), tmp_path / "kept")


def test_what_is_kept_depends_on_table_rows_and_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_nasbench201(tmp_path, rows=20)
    before = Pool(_read(tmp_path), tmp_path).version("k-gnn")
    assert Pool(_read(tmp_path), tmp_path).version("k-gnn") == before
    assert Pool(_read(tmp_path), tmp_path).version("message-passing") != before
    assert Pool(_read(tmp_path, Scale(10, 100, quick=True)), tmp_path).version("k-gnn") != before

    def seen_otherwise(graphs: object, _: str) -> object:
        return graph_features(graphs, "message-passing")

    monkeypatch.setattr(tables, "graph_features", seen_otherwise)
    assert Pool(_read(tmp_path), tmp_path).version("k-gnn") != before
    monkeypatch.undo()
    write_nasbench201(tmp_path, rows=21)
    assert Pool(_read(tmp_path), tmp_path).version("k-gnn") != before


def test_a_scale_takes_some_rows_in_order(tmp_path: Path) -> None:
    write_nasbench201(tmp_path, rows=30)
    rows = _read(tmp_path, Scale(10, 100, quick=True)).rows
    assert len(set(rows.tolist())) == 10
    assert (np.diff(rows) > 0).all()


def test_an_absent_label_is_named(tmp_path: Path) -> None:
    write_nasbench201(tmp_path, rows=3)
    with pytest.raises(benchmarks.BenchmarkError, match="no label 'top5', only cifar10"):
        _read(tmp_path).accuracies("top5")
