"""The numbers of ONNX files, within limits."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from gennape.frontends import FrontendError
from gennape.frontends.onnx.weights import numbers_of
from gennape.graph.execute.assembly import Weights
from helpers.limits import limits
from helpers.onnx_files import call, save_onnx


def _outside(name: str, dims: list[int], **entries: object) -> onnx.TensorProto:
    """A tensor of floats whose numbers are in another file."""
    tensor = onnx.TensorProto(name=name, data_type=TensorProto.FLOAT, dims=dims)
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in entries.items():
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def _save(path: Path, tensors: list[onnx.TensorProto]) -> Path:
    """A file of tensors that are copied."""
    nodes = [call("Identity", tensor.name, f"y{n}") for n, tensor in enumerate(tensors)]
    save_onnx(path, [*nodes, call("Relu", "x", "y")])
    model = onnx.load(path, load_external_data=False)
    model.graph.initializer.extend(tensors)
    path.write_bytes(model.SerializeToString())
    return path


def _numbers(path: Path, *names: str) -> Weights:
    with limits():
        return numbers_of(path, dict.fromkeys(range(1), names))


def _assert_lacks(path: Path, *names: str) -> None:
    for name in names:
        _assert_refused(path, name, words=f"the numbers of '{name}'")


def _assert_refused(path: Path, *names: str, words: str) -> None:
    with pytest.raises(FrontendError, match=words) as caught:
        _numbers(path, *names)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_stored_and_computed_numbers(tmp_path: Path) -> None:
    nodes = [
        call("Transpose", "w", "turned", perm=[1, 0]),
        call("Mul", "turned turned", "squares"),
        call("Add", "x w", "y"),
    ]
    stored = np.arange(6, dtype=np.float32).reshape(2, 3)
    path = save_onnx(tmp_path / "a.onnx", nodes, {"x": (2, 3)}, {"w": stored})
    found = numbers_of(path, {3: ("w", "squares"), 5: ("y", "x")})
    torch.testing.assert_close(found[3][0], torch.from_numpy(stored))
    torch.testing.assert_close(found[3][1], torch.from_numpy(stored.T**2))
    assert found[5] == (None, None)


def test_operators_that_exporters_leave_on_weights(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    weights: dict[str, np.ndarray[Any, Any]] = {
        "w": rng.standard_normal((2, 3, 4, 4)).astype(np.float32),
        "scale": rng.standard_normal(3).astype(np.float32),
        "positive": np.float32([1, 2, 3]),
        "sizes": np.array([2, 3, 7, 9]),
        "places": np.array([[1, 2], [0, 1]]),
        "news": rng.standard_normal((2, 4, 4)).astype(np.float32),
    }
    size = "w - - sizes"
    half = {"coordinate_transformation_mode": "half_pixel"}
    statistics = "w scale scale scale positive"
    nodes = [
        call("Sigmoid", "w", "sigmoid"),
        call("BatchNormalization", statistics, "stated", epsilon=0.1),
        call("BatchNormalization", statistics, "own m v", training_mode=1),
        call("Resize", size, "linear", mode="linear", **half),
        call("Resize", size, "cubic", mode="cubic", **half),
        call("ScatterND", "w places news", "scattered"),
        call("Relu", "x", "y"),
    ]
    names = [node.output[0] for node in nodes[:-1]]
    path = save_onnx(tmp_path / "a.onnx", nodes, weights=weights)
    expected = ReferenceEvaluator(str(path)).run(names, {"x": np.zeros((1, 4, 8, 8), np.float32)})
    found = _numbers(path, *names)[0]
    for name, tensor, right in zip(names, found, expected, strict=True):
        assert tensor is not None
        np.testing.assert_allclose(tensor.numpy(), right, atol=1e-5, err_msg=name)


def test_large_numbers_of_each_way_to_store_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    stored = rng.standard_normal(1 << 16).astype(np.float32)
    kinds: Mapping[str, onnx.TensorProto] = {
        "raw": numpy_helper.from_array(stored, "raw"),
        "typed": helper.make_tensor("typed", TensorProto.FLOAT, stored.shape, stored),
        "outside": _outside("outside", [1 << 16], location="w.bin", offset=8),
    }
    (tmp_path / "w.bin").write_bytes(b"12345678" + stored.tobytes())
    path = _save(tmp_path / "a.onnx", list(kinds.values()))
    for tensor in _numbers(path, *kinds)[0]:
        assert tensor is not None
        torch.testing.assert_close(tensor, torch.from_numpy(stored))


def test_nothing_is_read_outside_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "networks"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(bytes(64))
    (folder / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "fifo")
    places = ["../secret", str(tmp_path / "secret"), "link", "fifo", "/dev/zero", ".", "a\0b", ""]
    tensors = [_outside(f"w{n}", [4], location=place) for n, place in enumerate(places)]
    path = _save(folder / "a.onnx", tensors)
    _assert_lacks(path, *(tensor.name for tensor in tensors))


@pytest.mark.parametrize(
    "entries",
    [{"offset": 60}, {"offset": -4}, {"offset": "x"}, {"offset": "9" * 5000}, {"offset": 2**63}],
)
def test_no_more_is_read_than_is_there(tmp_path: Path, entries: dict[str, object]) -> None:
    (tmp_path / "w.bin").write_bytes(bytes(64))
    tensor = _outside("w", [4], location="w.bin", **entries)
    _assert_lacks(_save(tmp_path / "a.onnx", [tensor]), "w")


def test_declared_sizes_are_not_believed(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(bytes(64))
    tensors = [
        _outside("w", [2**31 - 1, 2**30], location="w.bin"),
        _outside("v", [2**31 - 1], location="w.bin"),
    ]
    _assert_lacks(_save(tmp_path / "a.onnx", tensors), "w", "v")
    short = onnx.TensorProto(name="u", data_type=TensorProto.FLOAT, dims=[2**31 - 1, 9])
    short.raw_data = bytes(64)
    _assert_refused(_save(tmp_path / "b.onnx", [short]), "u", words="weights of a network")


def test_the_same_bytes_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(bytes(1 << 22))
    shared = [_outside(f"w{n}", [1 << 10, 1 << 10], location="w.bin") for n in range(500)]
    found = _numbers(_save(tmp_path / "a.onnx", shared), "w0", "w499")[0]
    assert found[1] is not None
    assert found[1].shape == (1 << 10, 1 << 10)
    shifted = [_outside(f"w{n}", [1 << 20], location="w.bin", offset=4 * n) for n in range(1)] + [
        _outside(f"v{n}", [(1 << 20) - n], location="w.bin", offset=4 * n) for n in range(1, 500)
    ]
    names = [tensor.name for tensor in shifted]
    _assert_refused(_save(tmp_path / "b.onnx", shifted), *names, words="several times")


def test_computed_numbers_stay_in_proportion(tmp_path: Path) -> None:
    nodes = [call("Identity", "w", "t0")]
    nodes += [call("Mul", f"t{n} t{n}", f"t{n + 1}") for n in range(3000)]
    nodes.append(call("Relu", "x", "y"))
    path = save_onnx(tmp_path / "a.onnx", nodes, weights={"w": (256, 256)})
    _assert_refused(path, "t3000", words="more numbers from its weights")
    found = numbers_of(path, {0: ("t5",)})[0][0]
    assert found is not None
    assert found.shape == (256, 256)


def test_long_chains_of_small_numbers(tmp_path: Path) -> None:
    nodes = [call("Identity", "w", "t0")]
    nodes += [call("Identity", f"t{n}", f"t{n + 1}") for n in range(20_000)]
    nodes.append(call("Relu", "x", "y"))
    path = save_onnx(tmp_path / "a.onnx", nodes, weights={"w": (2,)})
    found = _numbers(path, "t20000")[0][0]
    assert found is not None
    assert found.tolist() == [1, 1]


_LARGE = np.array([1 << 16, 1 << 15], np.int64)


@pytest.mark.parametrize(
    ("node", "weights"),
    [
        (call("ConstantOfShape", "n", "w"), {"n": _LARGE}),
        (call("Expand", "v n", "w"), {"v": (1, 1), "n": _LARGE}),
        (call("Tile", "v n", "w"), {"v": (1, 1), "n": _LARGE}),
        (
            call("OneHot", "i d v", "w"),
            {"i": np.zeros(9, np.int64), "d": np.array(2**31 - 1), "v": np.zeros(2, np.float32)},
        ),
        (
            call("Range", "a b c", "w"),
            {"a": np.array(0), "b": np.array(2**31 - 1), "c": np.array(1)},
        ),
    ],
    ids=lambda value: value.op_type if isinstance(value, onnx.NodeProto) else "",
)
def test_small_files_compute_nothing_large(
    tmp_path: Path, node: onnx.NodeProto, weights: Mapping[str, object]
) -> None:
    path = save_onnx(tmp_path / "a.onnx", [node, call("Relu", "x", "y")], weights=weights)
    _assert_refused(path, "w", words="more numbers from its weights")


def test_other_operators_are_not_run(tmp_path: Path) -> None:
    body = helper.make_graph(
        [call("Identity", "c", "d"), call("Identity", "v", "e")],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("c", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v", TensorProto.FLOAT, [2]),
        ],
        [
            helper.make_tensor_value_info("d", TensorProto.BOOL, []),
            helper.make_tensor_value_info("e", TensorProto.FLOAT, [2]),
        ],
    )
    nodes = [
        call("Loop", "n go u", "w", body=body),
        call("RandomNormal", "", "r", shape=[2**31 - 1, 2**20]),
        call("Relu", "x", "y"),
    ]
    weights = {"n": np.array(2**62), "go": np.array(True), "u": np.zeros(2, np.float32)}
    path = save_onnx(tmp_path / "a.onnx", nodes, weights=weights)
    _assert_lacks(path, "w", "r")
