import pytest

from gennape.graph.execute.dimensions import (
    Dimensions,
    found_again,
    joint,
    reshaped,
    unsqueezed,
)


@pytest.mark.parametrize(
    ("before", "sizes", "after"),
    [
        # Windows of an image: the batch comes first and is merged with them.
        (Dimensions((1, 2, 2, 7, 7, 8)), (4, 49, 8), Dimensions((4, 49, 8), 0, 1)),
        (Dimensions((4, 49, 8), 0, 1), (1, 2, 2, 49, 8), Dimensions((1, 2, 2, 49, 8), 0, 1)),
        # Attention with the sequence first: merged with the heads behind the batch,
        (Dimensions((5, 1, 12), 1), (5, 3, 4), Dimensions((5, 3, 4), 1, 1)),
        # then with the sequence before it, for features belong together.
        (Dimensions((5, 1, 3, 4), 1), (5, 12), Dimensions((5, 12), 0, 5)),
        (Dimensions((5, 12), 0, 5), (5, 1, 12), Dimensions((5, 1, 12), 1, 1)),
        (Dimensions((5, 12), 0, 5), (10, 6), Dimensions((10, 6), 0, 5)),
        (Dimensions((1, 6)), (6,), Dimensions((6,), 0, 1)),
        (Dimensions((4, 6), None), (24,), Dimensions((24,), None)),
    ],
)
def test_the_batch_after_a_reshape(
    before: Dimensions, sizes: tuple[int, ...], after: Dimensions
) -> None:
    assert reshaped(before, sizes) == after


def test_a_reshape_that_cuts_between_samples_has_no_place_for_them() -> None:
    assert reshaped(Dimensions((4, 1, 6), 1), (3, 8)) is None


def test_new_axes_do_not_take_the_place_of_the_batch() -> None:
    assert unsqueezed(Dimensions((1, 6)), (1, 1, 6), (0,)) == Dimensions((1, 1, 6), 1)
    assert unsqueezed(Dimensions((1, 6)), (1, 1, 6), (1,)) == Dimensions((1, 1, 6), 0)


def test_the_axis_that_grows_with_the_samples_is_their_axis() -> None:
    merged = Dimensions((4, 49, 8), 0, 2)
    assert found_again(merged, (49, 4), (49, 8)) == Dimensions((49, 4), 1, 2)
    assert found_again(merged, (49,), (49,)) == Dimensions((49,), None)
    assert found_again(merged, (49, 4), (98, 8)) is None
    assert found_again(merged, (4,), (6,)) is None


def test_sizes_of_a_batch() -> None:
    known = Dimensions((4, 49, 8), 0, 2)
    assert known.of_batch(3) == (12, 49, 8)
    assert known.before_batch == 2
    assert joint([Dimensions((1, 8), None), known]) is known
