"""Exported programs that were made to do harm: they are read or refused, quickly."""

import json
import zipfile
from pathlib import Path

import pytest
import torch
from torch import Tensor

from gennape.frontends.torch.callable_operators import is_callable
from gennape.frontends.torch.meta_only import MetaOnly, UnsafeCall
from gennape.graph import ComputationGraph
from helpers.limits import assert_refused, read_within_limits
from helpers.operation_names import operation_names
from helpers.program_files import Json, aten, call, graph, save_program, size


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "net.pt2"


def test_a_program_written_by_hand(path: Path) -> None:
    save_program(path, [aten("relu.default", "x", output="h"), aten("add.Tensor", "h", "x")])
    found = read_within_limits(path)
    assert isinstance(found, ComputationGraph)
    assert operation_names(found) == ["INPUT", "RELU", "ADD", "OUTPUT"]


_FOLLOWS_INDICES: dict[str, list[Json]] = {
    "max_unpool2d": [
        aten("full.default", [1, 1, 2, 2], 10**9, output="i"),
        aten("max_unpool2d.default", "x", "i", [9, 9]),
    ],
    "max_pool2d_with_indices_backward": [
        aten("full.default", [1, 1, 2, 2], 10**9, output="i"),
        aten(
            "max_pool2d_with_indices_backward.default",
            *("x", "x", [2, 2], [2, 2], [0, 0], [1, 1], False, "i"),
        ),
    ],
    "coo to csr": [
        aten("full.default", [4], 10**9, output="i"),
        aten("_convert_indices_from_coo_to_csr.default", "i", 3),
    ],
    "segment_reduce": [
        aten("full.default", [4], 10**9, output="i"),
        aten("segment_reduce.default", "x", {"as_string": "sum"}, lengths="i"),
    ],
    "scatter": [
        aten("ones.default", [4], dtype={"as_scalar_type": 5}, output="i"),
        aten("zeros.default", [4], output="z"),
        aten("scatter.src", "z", 0, "i", "z"),
    ],
    "embedding": [
        aten("full.default", [4], 10**9, dtype={"as_scalar_type": 5}, output="i"),
        aten("ones.default", [2, 2], output="w"),
        aten("embedding.default", "w", "i", output="e"),
        aten("add.Tensor", "x", "e"),
    ],
    "index_put": [
        aten("full.default", [4], 10**9, dtype={"as_scalar_type": 5}, output="i"),
        aten("ones.default", [2], output="w"),
        aten("index_put.default", "w", ["i"], "w"),
    ],
    "as_strided": [aten("as_strided.default", "x", [4], [10**9], 10**9)],
    "set_": [aten("set_.source_Tensor", "x", "x")],
}


@pytest.mark.parametrize("name", _FOLLOWS_INDICES)
def test_no_kernel_follows_the_indices_of_a_file(path: Path, name: str) -> None:
    """Where a factory states no device, either: it makes a tensor without numbers."""
    seen: list[str] = []

    class Watch(torch.utils._python_dispatch.TorchDispatchMode):  # type: ignore[misc,no-untyped-call]
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            result = func(*args, **(kwargs or {}))
            if isinstance(result, Tensor) and not result.is_meta:
                seen.append(str(func))
            return result

    save_program(path, _FOLLOWS_INDICES[name])
    with Watch():  # type: ignore[no-untyped-call]
        read_within_limits(path)
    assert not seen


@pytest.mark.parametrize(
    "operator",
    [
        *("from_file", "max_unpool2d", "_convert_indices_from_coo_to_csr", "segment_reduce"),
        *("set_.source_Tensor", "sparse_coo_tensor.size", "_shape_as_tensor"),
        *("mul.left_t", "add.str", "add.t", "pow.int", "item", "_local_scalar_dense", "add.out"),
        *("_pack_padded_sequence", "embedding_renorm_", "_embedding_bag_forward_only", "save"),
        *("_histogramdd_bin_edges", "ctc_loss.IntList", "to_sparse", "quantize_per_tensor"),
    ],
)
def test_operators_that_files_cannot_call(operator: str) -> None:
    name, _, overload = operator.partition(".")
    packet = getattr(torch.ops.aten, name, None)
    found = getattr(packet, overload or "default", None)
    if found is not None:
        assert not is_callable(found)


def test_a_tensor_with_numbers_is_refused_at_each_call() -> None:
    real, meta = torch.zeros(2), torch.zeros(2, device="meta")
    with MetaOnly(100):
        assert torch.ops.aten.full([2], 1.0).is_meta
        assert torch.ops.aten.full([2], 1.0, device=torch.device("cpu")).is_meta
        assert torch.ops.aten._to_copy(meta, device=torch.device("cpu")).is_meta
        with pytest.raises(UnsafeCall, match="a tensor with numbers"):
            torch.ops.aten.add(real, real)
        with pytest.raises(UnsafeCall, match="a tensor with numbers"):
            torch.ops.aten.cat([meta, real])
        with pytest.raises(UnsafeCall, match="dimensions"):
            for _ in range(70):
                meta = torch.ops.aten.unsqueeze(meta, 0)
    with MetaOnly(1), pytest.raises(UnsafeCall, match="more others"):
        torch.ops.aten.add(meta, 1)
        torch.ops.aten.add(meta, 1)


_ARITHMETIC: dict[str, list[Json]] = {
    "pow": [call("_operator.pow", 9, 10**9, output=size("n"))],
    "pow of pow": [
        call("_operator.pow", 9, 9, output=size("a")),
        call("_operator.pow", size("a"), size("a"), output=size("n")),
    ],
    "pow to a fraction": [call("_operator.pow", -2.0, 0.5, output=size("n"))],
    "mul of a text": [call("_operator.mul", {"as_string": "ab"}, 10**10, output=size("n"))],
    "mul of a list": [call("_operator.mul", [1, 2], 10**10, output=size("n"))],
    "add of texts": [
        call("_operator.add", {"as_string": "ab"}, {"as_string": "ab"}, output=size("n"))
    ],
    "mod of a text": [call("_operator.mod", {"as_string": "%1000000000d"}, 1, output=size("n"))],
    "huge": [call("_operator.mul", 2**63, 2**63, output=size("n"))],
    "division by zero": [call("_operator.floordiv", 1, 0, output=size("n"))],
    "infinite": [call("math.floor", {"as_float": "Infinity"}, output=size("n"))],
    "shift": [call("_operator.lshift", 1, 10**10, output=size("n"))],
    "max of a text": [call("torch.sym_max", {"as_string": "ab"}, output=size("n"))],
}


@pytest.mark.parametrize("name", _ARITHMETIC)
def test_arithmetic_on_sizes_is_bounded(path: Path, name: str) -> None:
    save_program(path, [*_ARITHMETIC[name], aten("expand.default", "x", [1, 4, 8, 8])])
    assert_refused(path)


_TOO_MUCH: dict[str, list[Json]] = {
    "unbind": [
        aten("expand.default", "x", [2**30, 4, 8, 8], output="h"),
        aten("unbind.int", "h", output=["y", "z"]),
    ],
    "split": [
        aten("expand.default", "x", [2**30, 4, 8, 8], output="h"),
        aten("split.Tensor", "h", 1, output=["y", "z"]),
    ],
    "chunk": [
        aten("expand.default", "x", [2**30, 4, 8, 8], output="h"),
        aten("chunk.default", "h", 2**30, output=["y", "z"]),
    ],
    "sections": [aten("tensor_split.sections", "x", 2**30, 1, output=["y", "z"])],
    "dimensions": [aten("view.default", "x", [1] * 100_000)],
    "axes": [aten("permute.default", "x", [0] * 100_000)],
    "a huge number": [aten("expand.default", "x", [2**70, 4, 8, 8])],
    "elements": [aten("expand.default", "x", [2**62, 4, 8, 8])],
    "groups": [aten("channel_shuffle.default", "x", 0)],
    "upscale": [aten("pixel_shuffle.default", "x", 0)],
    "downscale": [aten("pixel_unshuffle.default", "x", 0)],
    "group norm": [aten("group_norm.default", "x", 0)],
    "stride": [aten("avg_pool2d.default", "x", [1, 1], [0, 0])],
    "step": [aten("unfold.default", "x", 1, 1, 0)],
    "steps of a recurrence": [
        aten("expand.default", "x", [1, 2**30, 4], output="h"),
        aten("ones.default", [1, 1, 4], output="s"),
        aten("ones.default", [4, 4], output="w"),
        aten("ones.default", [4], output="b"),
        aten(
            "rnn_tanh.input",
            *("h", "s", ["w", "w", "b", "b"], True, 1, 0.0, False, False, True),
            output=["y", "z"],
        ),
    ],
    "a result of nothing": [aten("relu.default", "nowhere")],
    "a list of nothing": [aten("cat.default", [])],
}


@pytest.mark.parametrize("name", _TOO_MUCH)
def test_calls_beyond_what_networks_make(path: Path, name: str) -> None:
    inputs = {"x": (1, 1, 4)} if name == "steps of a recurrence" else None
    assert_refused(save_program(path, _TOO_MUCH[name], inputs))


def test_costs_that_no_computer_counts(path: Path) -> None:
    nodes = [
        aten("expand.default", "x", [1, 2**15, 2**15, 2**15], output="h"),
        aten("ones.default", [2**15, 2**15, 2**14, 2**14], output="w"),
        aten("conv2d.default", "h", "w"),
    ]
    save_program(path, nodes, {"x": (1, 1, 1, 1)})
    assert_refused(path, "2**62")


def _wrapped(body: Json, *inputs: str, output: str = "y") -> Json:
    arguments = [False, {"as_graph": {"name": "g", "graph": body}}, *inputs]
    target = "torch.ops.higher_order.wrap_with_set_grad_enabled"
    return call(target, *arguments, output={"as_tensors": [{"name": output}]})


def test_graphs_in_graphs_are_counted(path: Path) -> None:
    body = graph([aten("relu.default", "x")]) | {"is_single_tensor_return": False}
    for _ in range(20):
        body = graph([_wrapped(body, "x")]) | {"is_single_tensor_return": False}
    found = read_within_limits(save_program(path, [_wrapped(body, "x")]))
    assert isinstance(found, ComputationGraph)
    assert operation_names(found) == ["INPUT", "RELU", "OUTPUT"]


def test_graphs_are_no_arguments(path: Path) -> None:
    """A graph that is given another one could call it again and again."""
    body = graph([aten("relu.default", "x")])
    given = {"as_graph": {"name": "g", "graph": body}}
    save_program(path, [_wrapped(body, "x") | {}, aten("relu.default", given)])
    assert_refused(path)
    named = call("torch.ops.higher_order.wrap_with_set_grad_enabled", False, "x", "x")
    assert_refused(save_program(path, [named]), "form of torch.export that is not known")


def test_archives_are_unpacked_within_limits(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("net/models/model.json", b" " * (120 << 20), compresslevel=1)
    assert path.stat().st_size < 2 << 20
    assert_refused(path, "more than 96 MiB")


@pytest.mark.parametrize("part", ["[],", "{},", '"",', "1,"])
def test_documents_of_many_small_parts(path: Path, part: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("net/models/model.json", f"[{part * 20_000_000}0]")
    assert_refused(path, "3,000,000 parts")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, "9" * 10_000, "\udcff", "NaN", "null", '"x"', ""]
)
def test_documents_that_are_no_programs(path: Path, text: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/models/model.json", text.encode("utf-8", "surrogateescape"))
    assert_refused(path)


def test_many_tables_of_weights_are_not_allread_within_limits(path: Path) -> None:
    save_program(path, [aten("relu.default", "x")])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        table = json.dumps({"config": {str(i): {} for i in range(100_000)}})
        for number in range(20):
            archive.writestr(f"net/{number}/model_weights_config.json", table)
    assert isinstance(read_within_limits(path), ComputationGraph)
