from pathlib import Path

import numpy as np
import pytest

from gennape import benchmarks
from gennape.benchmarks import Benchmark, BenchmarkError
from gennape.estimator.models.registry import graph_features
from gennape.evaluation.transfer.eval_table import EncodedNetworks, EvalTable
from gennape.utils.progress import no_progress
from helpers.tiny_tables import write_nasbench201

PLAIN = "|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|none~0|none~1|nor_conv_3x3~2|"
BRANCHED = "|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"


def _read(folder: Path, networks: int | None = None) -> EvalTable:
    return EvalTable.read("nasbench201", folder, networks)


def _encoded(folder: Path) -> EncodedNetworks:
    return _read(folder).encode(no_progress)


def test_features_are_those_of_the_encoders(tmp_path: Path) -> None:
    write_nasbench201(tmp_path, rows=12)
    encoded = _encoded(tmp_path)
    graphs = list(benchmarks.load("nasbench201", tmp_path).graphs())
    for encoder in ("message-passing", "k-gnn"):
        expected = graph_features(graphs, encoder).columns()
        for name, column in encoded.features[encoder].columns().items():
            np.testing.assert_array_equal(column, expected[name])
    assert encoded.sizes["parameters"].tolist() == [graph.parameters for graph in graphs]
    log_macs = encoded.features["k-gnn"].log_macs
    np.testing.assert_allclose(encoded.sizes["flops"], log_macs, rtol=1e-6)


def test_depth_by_hand(tmp_path: Path) -> None:
    """Stem, fifteen cells, two reductions with paths of two and of one, classifier."""
    write_nasbench201(tmp_path, names=[PLAIN, BRANCHED])
    depth = _encoded(tmp_path).sizes["depth"]
    assert depth.tolist() == pytest.approx([2 + 15 * 3 + 2 * 1.5, 2 + 15 * 1.5 + 2 * 1.5])


def test_the_version_changes_with_file_and_rows(tmp_path: Path) -> None:
    write_nasbench201(tmp_path, rows=20)
    before = _read(tmp_path).version
    assert _read(tmp_path).version == before
    assert _read(tmp_path, networks=10).version != before
    write_nasbench201(tmp_path, rows=21)
    assert _read(tmp_path).version != before


def test_some_networks_are_drawn_and_stay_in_order(tmp_path: Path) -> None:
    write_nasbench201(tmp_path, rows=30)
    table = _read(tmp_path, networks=10)
    assert len(set(table.rows.tolist())) == 10
    assert (np.diff(table.rows) > 0).all()
    label = table.benchmark.target
    assert table.accuracies(label).tolist() == table.benchmark.labels[label][table.rows].tolist()


def test_an_absent_label_is_named(tmp_path: Path) -> None:
    write_nasbench201(tmp_path, rows=3)
    with pytest.raises(BenchmarkError, match="no label 'top5', only cifar10"):
        _read(tmp_path).accuracies("top5")


def test_networks_that_cannot_be_built_are_found_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> object:
        raise ValueError("no such operation")

    write_nasbench201(tmp_path, rows=3)
    monkeypatch.setattr(Benchmark, "graphs", fail)
    with pytest.raises(ValueError, match="no such operation"):
        _read(tmp_path)
