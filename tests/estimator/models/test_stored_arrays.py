import re

import numpy as np
import pytest

from gennape.estimator.models.stored_arrays import StoredArrays, named

STORED = StoredArrays(
    {
        "encoder.layers.0.bias": np.arange(3, dtype=np.float32),
        "centres": np.eye(2),
        "counts": np.array([3, 7]),
        "broken": np.array([1.0, np.nan]),
    }
)


def test_a_part_takes_its_own() -> None:
    layer = STORED.below("encoder").below("layers.0")
    assert layer.take("bias", 3).tolist() == [0, 1, 2]
    assert layer.take("bias", None).dtype == np.float32
    assert layer
    assert not STORED.below("encoder").below("layers.1")


def test_names_are_put_before_and_taken_away() -> None:
    arrays = {"mean": np.zeros(2, dtype=np.float32), "scale": np.ones(2, dtype=np.float32)}
    scaler = StoredArrays(named("scaler", arrays)).below("scaler")
    assert {name: scaler.take(name, 2).tolist() for name in arrays} == {
        "mean": [0, 0],
        "scale": [1, 1],
    }


def test_types_and_limits() -> None:
    assert STORED.take("counts", 2, dtype=np.int64, low=3, high=7).tolist() == [3, 7]
    with pytest.raises(ValueError, match=re.escape("centres holds float64, not float32")):
        STORED.take("centres", 2, 2)
    with pytest.raises(ValueError, match=re.escape("counts holds numbers outside 4 to")):
        STORED.take("counts", 2, dtype=np.int64, low=4)
    with pytest.raises(ValueError, match="broken holds numbers outside"):
        STORED.take("broken", 2, dtype=np.float64)


def test_a_missing_array() -> None:
    with pytest.raises(ValueError, match=r"^encoder\.scale is missing$"):
        STORED.below("encoder").take("scale", 2)


def test_another_shape() -> None:
    with pytest.raises(ValueError, match=r"^centres has the shape \(2, 2\), not \(3, 2\)$"):
        STORED.take("centres", 3, 2, dtype=np.float64)
