"""The structure of ONNX files without their weights."""

from pathlib import Path
from random import Random

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from gennape.frontends import FrontendError, graph_of
from gennape.frontends.onnx.wire import KEPT, MOST_BYTES, WireError, structure_of
from helpers.limits import limits
from helpers.onnx_files import call, save_onnx
from helpers.varints import varint

_DATA = ("raw_data", "float_data", "int32_data", "int64_data", "double_data", "uint64_data")


def _model(sizes: list[int], seed: int) -> onnx.ModelProto:
    """Make a model whose tensors are in the graph, in constants and in a body of a node."""
    random = Random(seed)
    tensors = []
    for place, size in enumerate(sizes):
        values = np.arange(size, dtype=random.choice([np.float32, np.int64, np.float64]))
        tensor = numpy_helper.from_array(values, f"t{place}")
        if random.random() < 0.3:  # in a list of numbers instead of bytes
            values = np.arange(size, dtype=np.float32)
            tensor = helper.make_tensor(f"t{place}", TensorProto.FLOAT, [size], values)
        tensors.append(tensor)
    inner = helper.make_graph([], "inner", [], [], tensors[::3])
    nodes = [helper.make_node("Constant", [], [t.name], value=t) for t in tensors[1::3]]
    nodes.append(helper.make_node("If", ["c"], ["y"], then_branch=inner, doc_string="d" * 99))
    graph = helper.make_graph(nodes, "outer", [], [], tensors[2::3], doc_string="text")
    return helper.make_model(graph, doc_string="text")


def _emptied(model: onnx.ModelProto) -> onnx.ModelProto:
    """Drop what the walk should have dropped, field by field."""
    if model.ByteSize() > 0:
        model.ClearField("doc_string")
    if model.graph.ByteSize() > KEPT:
        model.graph.ClearField("doc_string")
    for node in model.graph.node:
        if model.graph.ByteSize() > KEPT and node.ByteSize() > KEPT:
            node.ClearField("doc_string")
        for attribute in node.attribute:
            _empty([attribute.t, *attribute.g.initializer])
    _empty(model.graph.initializer)
    return model


def _empty(tensors: list[TensorProto]) -> None:
    for tensor in tensors:
        if tensor.ByteSize() > KEPT:
            for field in _DATA:
                tensor.ClearField(field)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from([0, 3, 40, 9_000, 20_000, 70_000]), max_size=7), st.integers(0, 99))
def test_all_is_kept_but_the_numbers_of_large_tensors(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], seed: int
) -> None:
    path = tmp_path_factory.mktemp("wire") / "net.onnx"
    path.write_bytes(_model(sizes, seed).SerializeToString())
    found = onnx.ModelProto.FromString(structure_of(path))
    assert found == _emptied(_without_numbers(_model(sizes, seed)))


def _without_numbers(model: onnx.ModelProto) -> onnx.ModelProto:
    return onnx.ModelProto.FromString(model.SerializeToString())


@pytest.mark.parametrize("end", [1, 5, 30, 1_000, 100_000, -1])
def test_truncated_files_are_refused(tmp_path: Path, end: int) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(_model([70_000, 9_000, 3], 1).SerializeToString()[:end])
    with pytest.raises(WireError):
        structure_of(path)


def _with_hole(path: Path, size: int) -> Path:
    """Write a model with a weight of so many bytes, none of which are on the disk."""
    save_onnx(path, [call("MatMul", "x w", "y")], {"x": (1, 2**16)}, {"b": (1,)})
    model = onnx.load(path)
    del model.graph.initializer[:]
    graph = model.graph.SerializeToString()
    model.ClearField("graph")
    columns = size // 4 // 2**16
    tensor = TensorProto(name="w", data_type=1, dims=[2**16, columns]).SerializeToString()
    tensor += b"\x4a" + varint(size)
    graph += b"\x2a" + varint(len(tensor) + size) + tensor
    with path.open("wb") as file:
        file.write(model.SerializeToString() + b"\x3a" + varint(len(graph) + size) + graph)
        file.truncate(file.tell() + size)
    return path


@pytest.mark.parametrize("gibibytes", [1, 3, 40])
def test_weights_in_the_file_are_not_read(tmp_path: Path, gibibytes: int) -> None:
    """Files of more than the 2 GiB that protobuf takes, too."""
    path = _with_hole(tmp_path / "net.onnx", gibibytes << 30)
    with limits(megabytes=50):
        graph = graph_of(path)
    assert graph.parameters == gibibytes << 28


def test_structure_beyond_that_of_networks(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    with path.open("wb") as file:  # a name of a gibibyte
        file.write(b"\x12" + varint(MOST_BYTES + 1))
        file.truncate(file.tell() + MOST_BYTES + 1)
    with limits(megabytes=50), pytest.raises(FrontendError, match="more than 256 MiB"):
        graph_of(path)


def test_many_small_fields_of_a_large_message(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    tensor = b"\x08\x01" * 2_000_000  # two million dimensions
    graph = b"\x2a" + varint(len(tensor)) + tensor
    path.write_bytes(b"\x3a" + varint(len(graph)) + graph)
    with limits(), pytest.raises(FrontendError, match="more than 1,500,000 fields"):
        graph_of(path)
