"""Products of rows and a matrix in which a row's result does not depend on the rows beside it."""

import numpy as np

from gennape.utils.array_types import FloatArray

_HEIGHT = 48
"""Rows of a block: a multiple of what kernels take at a time (3 to 24), so that none is left over;
few enough for a network by itself."""


def row_products(rows: FloatArray, matrix: FloatArray) -> FloatArray:
    """Multiply rows by a matrix; each product has the same bits in every batch.

    BLAS chooses a kernel by the number of rows, and kernels add in different orders. Here it is
    given blocks of one height, the last one filled up with zeros. (Products of float32 may still
    differ by rounding on processors without AVX-512, where OpenBLAS adds in two orders within
    a block.)

    Args:
        rows: `(rows, inner)`.
        matrix: `(inner, columns)`, of several columns; one alone has another kernel.

    Returns:
        `(rows, columns)`.

    Examples:
        >>> rows, matrix = np.random.default_rng(0).normal(size=(2, 100, 100))
        >>> bool((row_products(rows[7:8], matrix) == row_products(rows, matrix)[7:8]).all())
        True
    """
    count, inner = rows.shape
    blocks = -(-count // _HEIGHT)
    filled = np.zeros((blocks * _HEIGHT, inner), dtype=rows.dtype)
    filled[:count] = rows
    products: FloatArray = filled.reshape(blocks, _HEIGHT, inner) @ matrix
    return products.reshape(len(filled), matrix.shape[1])[:count]
