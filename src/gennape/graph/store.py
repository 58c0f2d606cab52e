"""Many graphs in one Parquet file.

One row is one graph; its nodes and edges are list columns, so pandas, polars and duckdb
read the file too. The schema metadata holds the format version and the names of the
operations, so that a file outlives changes of the vocabulary's numbers.

| column | type | what |
|---|---|---|
| name | string | the graph's name |
| operations | list of int16 | one id a node |
| attributes | list of int32 | 18 numbers a node, as in `NodeArrays` |
| node_parameters | list of int64 | one count a node |
| sources, targets | lists of int32 | edges, counted from the graph's first node |
| details | string or null | JSON: attributes by node, counted from the graph's first node |
| layers | list of string | the layer of each node; only where any is named |
"""

import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gennape.graph.arrays import ATTRIBUTE_COLUMNS
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op
from gennape.graph.validation import GraphError, validate
from gennape.utils.array_types import IntArray
from gennape.utils.errors import GennapeError, one_line, reading
from gennape.utils.files import atomic_file
from gennape.utils.parquet_file import open_parquet

FORMAT_VERSION = 1
_METADATA = b"gennape"
_GRAPHS_PER_ROW_GROUP = 10_000
_MOST_OPERATIONS = 1 << 10
_WRITE_AGAIN = "write it again with gennape.graph.store.save"


class StoreError(GennapeError, ValueError):
    """A file that holds no graphs we can read; names it and the cure."""


def save(batch: GraphBatch, path: str | PathLike[str]) -> None:
    """Write graphs to a Parquet file.

    Args:
        batch: The graphs.
        path: Where to; a file that is there is replaced.

    Raises:
        WriteError: The operating system does not let it be written.
    """
    sources, targets = batch.edges - batch.node_offsets[batch.graph_index[batch.edges[1]]]
    nodes, edges = batch.node_offsets, batch.edge_offsets
    columns = {
        "name": pa.array(batch.names or [""] * len(batch), pa.string()),
        "operations": _lists(batch.operations, nodes),
        "attributes": _lists(batch.attributes.ravel(), nodes * ATTRIBUTE_COLUMNS),
        "node_parameters": _lists(batch.node_parameters, nodes),
        "sources": _lists(sources.astype(np.int32), edges),
        "targets": _lists(targets.astype(np.int32), edges),
        "details": pa.array(_details_as_json(batch), pa.string()),
    }
    if batch.layers:
        columns["layers"] = pa.LargeListArray.from_arrays(nodes, pa.array(batch.layers))
    table = pa.table(columns)
    header = {"version": FORMAT_VERSION, "operations": {op.name: int(op) for op in Op}}
    described = table.replace_schema_metadata({_METADATA: json.dumps(header)})
    with atomic_file(Path(path)) as partial:
        pq.write_table(
            described,
            partial,
            compression="zstd",
            row_group_size=_GRAPHS_PER_ROW_GROUP,
            write_page_checksum=True,
        )


def load(path: str | PathLike[str]) -> GraphBatch:
    """Read graphs that `save` wrote.

    Raises:
        StoreError: The file is missing, damaged, of a later version, or no graph store.
    """
    if not Path(path).exists():
        raise StoreError(f"there is no file {path}; check the path")
    with open_parquet(path, StoreError) as file:
        operation_ids = _operation_ids(path, file.schema_arrow.metadata or {})
        table = file.read()
    with reading(path, StoreError, "a graph store", _WRITE_AGAIN):
        try:
            batch = _batch(table, operation_ids)
            validate(batch)
        except (pa.ArrowException, LookupError, TypeError, ValueError) as error:
            reason = one_line(error)
            raise StoreError(f"{path} holds damaged graphs ({reason}); {_WRITE_AGAIN}") from error
    return batch


def _operation_ids(path: str | PathLike[str], metadata: Mapping[bytes, bytes]) -> IntArray:
    """Today's operation id for each id in the file; -1 for those that are unknown today."""
    if _METADATA not in metadata:
        raise StoreError(f"{path} is a Parquet file without graphs; {_WRITE_AGAIN}")
    header = json.loads(metadata[_METADATA])
    if header["version"] != FORMAT_VERSION:
        raise StoreError(
            f"{path} has format version {header['version']} and this gennape reads version "
            f"{FORMAT_VERSION}; install the gennape that wrote it"
        )
    ids = header["operations"]
    table = np.full(_MOST_OPERATIONS, -1, dtype=np.int16)
    for name, number in ids.items():
        table[number] = Op.__members__.get(name, -1)
    return table


def _batch(table: pa.Table, operation_ids: IntArray) -> GraphBatch:
    columns = {name: table[name].combine_chunks() for name in table.column_names}
    flat = {name: _integers(columns[name]) for name in _LIST_COLUMNS}
    node_offsets = _offsets(columns["operations"])
    graph_of_edge = np.repeat(np.arange(len(table)), columns["sources"].value_lengths())
    local_edges = np.stack([flat["sources"], flat["targets"]])
    if (flat["operations"] < 0).any():
        raise GraphError("an operation has a negative number")
    if (local_edges < 0).any() or (local_edges >= np.diff(node_offsets)[graph_of_edge]).any():
        raise GraphError("an edge leads out of its graph")
    return GraphBatch(
        operations=operation_ids[flat["operations"]],
        attributes=flat["attributes"].reshape(-1, ATTRIBUTE_COLUMNS),
        node_parameters=flat["node_parameters"],
        edges=(local_edges + node_offsets[graph_of_edge]).astype(np.int32),
        details={
            int(node_offsets[graph]) + int(node): values
            for graph, text in enumerate(columns["details"].to_pylist())
            if text
            for node, values in json.loads(text).items()
        },
        layers=_texts(columns["layers"].flatten()) if "layers" in columns else (),
        node_offsets=node_offsets,
        names=_texts(columns["name"]),
    )


_LIST_COLUMNS = ("operations", "attributes", "node_parameters", "sources", "targets")


def _integers(lists: pa.LargeListArray) -> IntArray:
    values: IntArray = lists.flatten().to_numpy()
    if values.dtype.kind not in "iu":
        raise GraphError(f"a column of integers holds {lists.type}")
    return values


def _texts(column: pa.Array) -> tuple[str, ...]:
    texts = tuple(column.to_pylist())
    if not all(isinstance(text, str) for text in texts):
        raise GraphError(f"a column of texts holds {column.type}, or empty cells")
    return texts


def _lists(values: IntArray, offsets: IntArray) -> pa.LargeListArray:
    return pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), pa.array(values))


def _offsets(lists: pa.LargeListArray) -> IntArray:
    lengths: IntArray = lists.value_lengths().to_numpy()
    return np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))


def _details_as_json(batch: GraphBatch) -> list[str | None]:
    return [json.dumps(details) if details else None for details in batch.details_by_graph]
