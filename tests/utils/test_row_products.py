import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gennape.utils import row_products as module
from gennape.utils.row_products import row_products


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("inner", "columns"), [(25, 48), (144, 48), (1875, 50), (300, 2)])
def test_a_row_has_the_same_bits_in_every_batch(dtype: type, inner: int, columns: int) -> None:
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(150, inner)).astype(dtype)
    matrix = generator.normal(size=(inner, columns)).astype(dtype)
    together = row_products(rows, matrix)
    order = generator.permutation(150)
    np.testing.assert_array_equal(row_products(rows[order], matrix), together[order])
    for size in (1, 7, 64, 65):
        np.testing.assert_array_equal(row_products(rows[:size], matrix), together[:size])


@given(st.integers(0, 130), st.integers(0, 5), st.integers(1, 4))
def test_products_are_those_of_numpy(rows: int, inner: int, columns: int) -> None:
    generator = np.random.default_rng(rows)
    left, right = generator.normal(size=(rows, inner)), generator.normal(size=(inner, columns))
    np.testing.assert_allclose(row_products(left, right), left @ right, atol=1e-12)


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(module).failed == 0
