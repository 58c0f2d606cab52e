import numpy as np
import pytest

from gennape.estimator.models.stored_arrays import StoredArrays, named

STORED = StoredArrays({"encoder.layers.0.bias": np.arange(3), "centres": np.eye(2)})


def test_a_part_takes_its_own() -> None:
    layer = STORED.below("encoder").below("layers.0")
    bias = layer.take("bias", 3)
    assert bias.tolist() == [0, 1, 2]
    assert bias.dtype == np.float32
    assert set(layer.plain()) == {"bias"}


def test_names_are_put_before_and_taken_away() -> None:
    arrays = {"mean": np.zeros(2), "scale": np.ones(2)}
    assert StoredArrays(named("scaler", arrays)).below("scaler").plain() == arrays


def test_a_missing_array() -> None:
    with pytest.raises(ValueError, match=r"^encoder\.scale is missing$"):
        STORED.below("encoder").take("scale", 2)


def test_another_shape() -> None:
    with pytest.raises(ValueError, match=r"^centres has the shape \(2, 2\), not \(3, 2\)$"):
        STORED.take("centres", 3, 2)
