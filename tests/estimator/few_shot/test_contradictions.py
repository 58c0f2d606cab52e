import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gennape.estimator.few_shot import contradictions
from gennape.estimator.few_shot.contradictions import contradiction

_LABELS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3)), min_size=1)


def test_the_labels_furthest_apart_are_named() -> None:
    said = contradiction(["a", "b", "b", "a", "c", "b"], np.array([1, 2, 9, 1.5, 0, 5]))
    assert said == (
        "networks 2 and 3 are the same, but have the accuracies 2 and 9; "
        "the labels of 1 more differ; all labels count"
    )


def test_equal_labels_are_no_contradiction() -> None:
    assert contradiction(["a", "b", "a"], np.array([0.5, 0.7, 0.5])) is None
    assert contradiction(["a", "b"], np.array([0.5, 0.7])) is None


@pytest.mark.filterwarnings("error")
def test_labels_far_apart_and_close_together_are_told() -> None:
    said = contradiction(["a", "a"], np.array([-1.7e308, 1.7e308]))
    assert said is not None and "-1.7e+308 and 1.7e+308;" in said
    said = contradiction(["a", "a"], np.array([71.30000001, 71.3]))
    assert said is not None and "71.30000001 and 71.3;" in said


@given(_LABELS)
def test_what_is_said_is_true(labels: list[tuple[str, int]]) -> None:
    """Against a comparison of all pairs."""
    pairs = [
        (abs(a - b), i + 1, j + 1)
        for i, (network, a) in enumerate(labels)
        for j, (other, b) in enumerate(labels)
        if i < j and network == other and a != b
    ]
    said = contradiction([network for network, _ in labels], np.array([a for _, a in labels]))
    assert (said is None) == (not pairs)
    if said:
        _, first, _, second, *_ = said.split()
        assert (max(pairs)[0], int(first), int(second)) in pairs


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(contradictions).failed == 0
