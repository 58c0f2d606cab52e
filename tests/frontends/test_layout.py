from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gennape.frontends.layout import axis_after_reshape, shape_of, source_shape

Dims = tuple[int, ...]


@pytest.mark.parametrize(
    ("dims", "axis", "shape"),
    [
        ((1, 64, 7, 5), 1, (64, 7, 5)),  # an image
        ((1, 7, 5, 64), 3, (64, 7, 5)),  # its channels last
        ((1, 49, 192), 2, (192, 49, 1)),  # tokens
        ((1, 10), 1, (10, 1, 1)),
        ((1, 3, 49, 16), 3, (16, 3, 49)),  # heads of attention
        ((3, 1, 4, 49, 16), 4, (16, 3, 196)),  # query, key and value of four heads
        ((1, 8, 4, 6, 6), 1, (8, 4, 36)),  # a video
        ((), 0, (1, 1, 1)),
    ],
)
def test_shape(dims: Dims, axis: int, shape: tuple[int, int, int]) -> None:
    assert shape_of(dims, axis) == shape


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 5))
def test_a_shape_keeps_every_element(dims: list[int], axis: int) -> None:
    assert prod(shape_of(dims, axis % len(dims))) == prod(dims)


@pytest.mark.parametrize(
    ("dims", "axis_from_end", "shape"),
    [
        ((192,), -1, (192, 1, 1)),
        ((64, 1, 1), -3, (64, 1, 1)),
        ((1, 49, 192), -1, (192, 49, 1)),
        ((7, 5), -3, (1, 7, 5)),
    ],
)
def test_shape_of_a_stored_tensor(
    dims: Dims, axis_from_end: int, shape: tuple[int, int, int]
) -> None:
    assert source_shape(dims, axis_from_end) == shape


@pytest.mark.parametrize(
    ("before", "axis", "after", "expected"),
    [
        ((1, 64, 7, 7), 1, (1, 64, 49), 1),  # an image as tokens
        ((1, 49, 64), 2, (1, 7, 7, 64), 3),  # tokens as an image
        ((1, 64, 7, 7), 1, (1, 3136), 1),  # everything flattened
        ((1, 49, 192), 2, (1, 49, 3, 4, 16), 4),  # heads split
        ((1, 49, 4, 16), 3, (1, 49, 64), 2),  # and merged
        ((1, 8, 7, 7), 1, (1, 2, 4, 7, 7), 2),  # groups split
        ((1, 4, 2, 7, 7), 1, (1, 8, 7, 7), 1),  # and merged
        ((1, 2, 196), 1, (1, 8, 7, 7), 1),  # groups normalised
        ((1, 512, 1, 1), 1, (512,), 0),
        ((1, 512), 1, (1, 512, 1, 1), 1),
    ],
)
def test_channels_are_followed_through_a_reshape(
    before: Dims, axis: int, after: Dims, expected: int
) -> None:
    assert axis_after_reshape(before, axis, after) == expected


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 5))
def test_channels_stay_where_nothing_is_reshaped(dims: list[int], axis: int) -> None:
    axis %= len(dims)
    assert axis_after_reshape(dims, axis, dims) == axis
