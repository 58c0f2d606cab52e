from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from gennape import benchmarks
from gennape.benchmarks.labelled_graphs import labelled_graphs
from gennape.estimator import pretrain
from gennape.estimator.features.network_features import compute_graph_features
from gennape.estimator.training.training_set import TrainingSet, read_training_set
from gennape.graph import GraphBatch, canonical
from gennape.utils.progress import no_progress
from helpers.tiny_tables import (
    TINY,
    random_graphs,
    short_split,
    write_nasbench101,
    write_nasbench201,
)


def _of_sizes(*sizes: int) -> TrainingSet:
    graphs = random_graphs(1) * sum(sizes)
    return TrainingSet(
        ["one", "two"],
        compute_graph_features(canonical(GraphBatch.of(graphs))),
        torch.zeros(len(graphs), 0),
        torch.zeros(len(graphs)),
        torch.arange(len(sizes)).repeat_interleave(torch.tensor(sizes)),
    )


def test_an_epoch_of_one_family_sees_each_row_once() -> None:
    order = _of_sizes(7).order(np.random.default_rng(0))
    assert order.tolist() != sorted(order)
    assert sorted(order) == list(range(7))


def test_small_families_are_seen_more_often() -> None:
    """Sizes 4 and 36 have the roots 2 and 6: a quarter of 40 rows, and three quarters."""
    order = _of_sizes(4, 36).order(np.random.default_rng(0))
    times = np.bincount(order, minlength=40)
    assert times[:4].sum() == 10
    assert times[4:].sum() == 30
    assert set(times[:4]) == {2, 3}
    assert set(times[4:]) == {0, 1}


def test_labels_are_relative_to_their_family(tmp_path: Path) -> None:
    write_nasbench101(tmp_path)
    write_nasbench201(tmp_path)
    with short_split():
        tables = [benchmarks.load(name, tmp_path) for name in ("nasbench101", "nasbench201")]
        config = replace(TINY, rows_per_family=20)
        data, targets = read_training_set(
            tables, config, seed=0, folder=tmp_path, report=no_progress
        )
    assert data.families.tolist() == [0] * 20 + [1] * 20
    assert len(targets) == 2
    for family in (0, 1):
        labels = data.targets[data.families == family]
        assert abs(float(labels.mean())) < 0.1
        assert 0.8 < float(labels.std()) < 1.1


def test_rows_without_a_label_are_left_out(tmp_path: Path) -> None:
    labels = [0.9 + 0.001 * row for row in range(40)]
    labels[5] = float("nan")
    table = labelled_graphs("mine", random_graphs(40), labels)
    data, _ = read_training_set([table], TINY, seed=0, folder=tmp_path, report=no_progress)
    assert len(data) == 39
    assert data.targets.isfinite().all()


def test_what_was_read_is_kept_until_it_is_damaged(tmp_path: Path) -> None:
    """Graphs are built for the first reading, and once a number in the file has changed."""
    table = labelled_graphs("mine", random_graphs(8), [float(row) for row in range(8)])
    built: list[int] = []

    def read() -> TrainingSet:
        data, _ = read_training_set(
            [table], TINY, seed=0, folder=tmp_path, report=lambda *done: built.append(len(done))
        )
        return data

    first = read()
    assert len(built) == 1
    again = read()
    assert len(built) == 1
    kept = tmp_path / "mine.npz"
    content = kept.read_bytes()
    for damaged in (
        b"",
        content[:-100],
        content.replace(b"\1\0\0\0\0\0\0\0", b"\2\0\0\0\0\0\0\0", 1),
    ):
        assert damaged != content
        kept.write_bytes(damaged)
        anew = read()
        assert kept.read_bytes() != damaged
        for data in (again, anew):
            assert torch.equal(data.spectra, first.spectra)
            for name, column in first.features.columns().items():
                np.testing.assert_array_equal(getattr(data.features, name), column)
    assert len(built) == 4


def test_families_are_trained_on_together(tmp_path: Path) -> None:
    write_nasbench101(tmp_path)
    write_nasbench201(tmp_path)
    with short_split():
        both = pretrain(("nasbench101", "nasbench201"), tmp_path / "both", TINY, data_dir=tmp_path)
        one = pretrain("nasbench101", tmp_path / "one", TINY, data_dir=tmp_path)
    assert len(one.domain.families) == 1
    assert len(both.domain.families) == 2
    assert one.ranker is None
    assert both.ranker
    assert len(both.ranker.encoders) == 2
    scores = both.predict(random_graphs(5)).score
    assert np.isfinite(scores).all()
    assert not np.allclose(scores, one.predict(random_graphs(5)).score)
