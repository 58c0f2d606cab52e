"""Expected accuracies in words."""

from dataclasses import replace

import pytest

from gennape.estimator.accuracy_text import difference, expected, notes, top1, top1_heading
from helpers.accuracy_doubles import NEIGHBOUR
from helpers.scored_networks import FAR, MEASURED, NEAR, OUTSIDE, UNJUDGED


def test_an_accuracy_stands_before_its_interval() -> None:
    assert expected(NEAR) == top1(NEAR) == "79.1 (77.2-80.8)"


def test_a_measured_accuracy_stands_instead_of_the_expected_one() -> None:
    assert top1(MEASURED) == "80.1 measured"
    assert expected(MEASURED) == "79.1 (77.2-80.8)"


def test_there_is_a_hyphen_where_nothing_is_expected() -> None:
    assert top1(OUTSIDE) == "-"


@pytest.mark.parametrize(
    ("dataset", "heading"),
    [("imagenet-1k", "ImageNet top-1"), ("cifar10", "CIFAR-10 top-1"), ("mine", "mine top-1")],
)
def test_a_shared_data_set_is_in_the_heading(dataset: str, heading: str) -> None:
    one = replace(NEAR, dataset=dataset)
    assert top1_heading([one, one]) == heading


def test_several_data_sets_are_not_in_the_heading() -> None:
    assert top1_heading([NEAR, replace(NEAR, dataset="cifar10")]) == "Top-1"


def test_each_network_far_or_outside_has_a_line() -> None:
    assert notes([FAR, NEAR, OUTSIDE]) == ["far: nothing is like it", "outside: it has two inputs"]


def test_many_networks_with_one_reason_share_a_line() -> None:
    many = [replace(FAR, model=f"far{place}") for place in range(5)]
    assert notes([*many, OUTSIDE]) == [
        "far0 and 4 others: nothing is like it",
        "outside: it has two inputs",
    ]
    assert len(notes(many[:3])) == 3


def test_an_estimator_without_accuracies_says_so_once() -> None:
    assert notes([UNJUDGED, replace(UNJUDGED, model="other")]) == ["it knows no accuracies"]


def test_the_largest_difference_comes_first_and_none_is_left_out_silently() -> None:
    assert difference(NEIGHBOUR) == "width -1.3, size +0.4"
    assert difference(replace(NEIGHBOUR, difference={"size": 0.04})) == "nothing"
