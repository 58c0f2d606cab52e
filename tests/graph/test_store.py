import json
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder, Op
from gennape.graph.store import StoreError, load, save
from helpers.damage import with_changed_bit
from helpers.random_networks import networks

_COLUMNS = ("operations", "attributes", "node_parameters", "edges", "node_offsets")


def _batch() -> GraphBatch:
    build = GraphBuilder()
    x = build.conv(build.input((3, 8, 8)), 4)
    x = build.add_node(Op.OTHER, (build.slice_channels(x, 1, 2),), (2, 8, 8), function="fold")
    build.output(x)
    plain = GraphBuilder()
    plain.output(plain.relu(plain.input((3, 8, 8))))
    return GraphBatch.of([plain.build("plain"), build.build("with details")])


def _rewrite(path: Path, version: int = 1, **columns: list[object]) -> None:
    """Write a store again with other columns or another version."""
    table = pq.read_table(path)
    for name, values in columns.items():
        column = pa.array(values, table.schema.field(name).type)
        table = table.set_column(table.column_names.index(name), name, column)
    header = json.loads(table.schema.metadata[b"gennape"]) | {"version": version}
    pq.write_table(table.replace_schema_metadata({b"gennape": json.dumps(header)}), path)


@given(graphs=st.lists(networks(), max_size=4))
@settings(max_examples=30)
def test_a_batch_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, graphs: list[ComputationGraph]
) -> None:
    path = tmp_path_factory.mktemp("store") / "graphs.parquet"
    batch = GraphBatch.of(graphs)
    save(batch, path)
    loaded = load(path)
    for column in _COLUMNS:
        before, after = getattr(batch, column), getattr(loaded, column)
        np.testing.assert_array_equal(before, after, column)
        assert before.dtype == after.dtype, column
    assert loaded.details == batch.details
    assert loaded.names == batch.names


def test_details_stay_with_their_nodes(tmp_path: Path) -> None:
    save(_batch(), tmp_path / "graphs.parquet")
    graph = load(tmp_path / "graphs.parquet").graph(1)
    assert graph.details == {2: {"start": 1}, 3: {"function": "fold"}}


def test_a_batch_without_names(tmp_path: Path) -> None:
    batch = GraphBatch.of(_batch())
    object.__setattr__(batch, "names", ())
    save(batch, tmp_path / "graphs.parquet")
    assert load(tmp_path / "graphs.parquet").names == ("", "")


def test_operations_are_found_by_name(tmp_path: Path) -> None:
    path = tmp_path / "graphs.parquet"
    save(_batch(), path)
    table = pq.read_table(path)
    header = json.loads(table.schema.metadata[b"gennape"])
    header["operations"] |= {"RELU": int(Op.CONV), "CONV": int(Op.RELU)}
    pq.write_table(table.replace_schema_metadata({b"gennape": json.dumps(header)}), path)
    assert load(path).graph(0).operations.tolist() == [Op.INPUT, Op.CONV, Op.OUTPUT]


def test_an_operation_of_a_later_vocabulary_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "graphs.parquet"
    save(_batch(), path)
    table = pq.read_table(path)
    header = json.loads(table.schema.metadata[b"gennape"])
    header["operations"]["TELEPORT"] = header["operations"].pop("RELU")
    pq.write_table(table.replace_schema_metadata({b"gennape": json.dumps(header)}), path)
    with pytest.raises(StoreError, match="operation -1 is not in the vocabulary"):
        load(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no file .*absent\.parquet; check the path"):
        load(tmp_path / "absent.parquet")


def test_a_truncated_file(tmp_path: Path) -> None:
    path = tmp_path / "graphs.parquet"
    save(_batch(), path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(
        StoreError, match=r"graphs\.parquet cannot be read as a Parquet file .* write it again"
    ):
        load(path)


def test_a_file_that_is_not_parquet(tmp_path: Path) -> None:
    path = tmp_path / "graphs.parquet"
    path.write_text("graphs")
    with pytest.raises(StoreError, match="cannot be read as a Parquet file"):
        load(path)


def test_a_parquet_file_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "labels.parquet"
    pq.write_table(pa.table({"accuracy": [0.9]}), path)
    with pytest.raises(StoreError, match=r"labels\.parquet is a Parquet file without graphs"):
        load(path)


def test_a_later_format(tmp_path: Path) -> None:
    path = tmp_path / "graphs.parquet"
    save(_batch(), path)
    _rewrite(path, version=2)
    with pytest.raises(StoreError, match="format version 2 and this gennape reads version 1"):
        load(path)


@pytest.mark.parametrize(
    ("column", "values", "reason"),
    [
        ("targets", [[1, 3], [1, 2, 3, 4]], "an edge leads out of its graph"),
        ("sources", [[0, -1], [0, 1, 2, 3]], "an edge leads out of its graph"),
        ("targets", [[1, 1], [1, 2, 3, 4]], "edge goes backwards|no arguments given"),
        ("attributes", [[1, 2], [3]], "damaged graphs"),
        ("node_parameters", [[0], [0]], "node_parameters have shape"),
        ("details", ["{", None], "damaged graphs"),
    ],
)
def test_damaged_columns(tmp_path: Path, column: str, values: list[object], reason: str) -> None:
    path = tmp_path / "graphs.parquet"
    save(_batch(), path)
    _rewrite(path, **{column: values})
    with pytest.raises(StoreError, match=reason):
        load(path)


@pytest.mark.parametrize("names", [[1, 2], [{"x": 1}, {"x": 2}], ["a", None]])
def test_names_that_are_no_texts(tmp_path: Path, names: list[object]) -> None:
    path = tmp_path / "graphs.parquet"
    save(_batch(), path)
    pq.write_table(pq.read_table(path).set_column(0, "name", pa.array(names)), path)
    with pytest.raises(StoreError, match="a column of texts holds"):
        load(path)


def test_a_changed_bit_is_found_or_of_no_account(tmp_path: Path) -> None:
    batch, random, path = _batch(), Random(0), tmp_path / "graphs.parquet"
    save(batch, path)
    whole, refused = path.read_bytes(), 0
    for _ in range(150):
        path.write_bytes(with_changed_bit(whole, random))
        try:
            found = load(path)
        except StoreError:
            refused += 1
            continue
        for name in _COLUMNS:
            np.testing.assert_array_equal(getattr(found, name), getattr(batch, name))
        assert (found.names, found.details) == (batch.names, batch.details)
    assert 50 < refused < 150


def test_a_missing_column(tmp_path: Path) -> None:
    path = tmp_path / "graphs.parquet"
    save(_batch(), path)
    pq.write_table(pq.read_table(path).drop_columns(["sources"]), path)
    with pytest.raises(StoreError, match=r"damaged graphs .*sources"):
        load(path)


def test_layers_come_back(tmp_path: Path) -> None:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    build.layer = "stem.conv"
    build.output(build.conv(x, 4))
    batch = GraphBatch.of([*_batch(), build.build("named")])
    save(batch, tmp_path / "graphs.parquet")
    assert load(tmp_path / "graphs.parquet").layers == batch.layers
    assert batch.graph(2).layers == ("", "stem.conv", "stem.conv")
