import numpy as np

from gennape.estimator.models.layers import Heads, LinearLayer, rectified
from gennape.estimator.models.stored_arrays import StoredArrays


def test_a_layer_by_hand() -> None:
    layer = LinearLayer(np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 0.0]]), np.array([0.5, 0, 1]))
    rows, graphs = np.array([[1.0, 10.0], [0.0, 1.0]]), [(slice(0, 1), 1), (slice(1, 2), 1)]
    assert layer(rows, graphs).tolist() == [[21.5, -10, 4], [2.5, -1, 1]]
    assert LinearLayer(layer.weight, None)(rows, graphs).tolist() == [[21, -10, 3], [2, -1, 0]]


def test_two_heads_by_hand() -> None:
    heads = Heads(
        inner=np.array([[[1.0, 0], [0, 1]], [[0, 1], [1, 0]]]),
        inner_bias=np.array([[0.0, -3.0], [1.0, 0.0]]),
        outer=np.array([[1.0, 10.0], [2.0, 5.0]]),
        outer_bias=np.array([0.5, -1.0]),
    )
    # head 0: relu(1, 2 - 3) = (1, 0), so 1 + 0.5; head 1: relu(2 + 1, 1) = (3, 1), so 6 + 5 - 1
    assert heads(np.array([[1.0, 2.0]])).tolist() == [[1.5, 10.0]]


def test_what_is_stored_is_read() -> None:
    rng = np.random.default_rng(0)
    shapes = {"inner": (3, 4, 4), "inner_bias": (3, 4), "outer": (3, 4), "outer_bias": (3,)}
    arrays = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    again = Heads.read(StoredArrays(arrays), 3, 4).arrays()
    assert set(again) == set(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(again[name], array)


def test_negative_numbers_become_zero() -> None:
    assert rectified(np.array([[-1.0, 2.0]])).tolist() == [[0, 2]]
