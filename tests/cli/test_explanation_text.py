"""Explanations as people read them."""

from dataclasses import replace

from gennape.cli.explanation_text import explanation
from gennape.estimator import ScoreParts
from helpers.scored_networks import FAR, MEASURED, NEAR, OUTSIDE, UNJUDGED, explained

WIDTH = 80


def _text(one: ScoreParts) -> str:
    parts = explanation(one)
    return "\n".join(part if isinstance(part, str) else part.text(WIDTH) for part in parts)


def _value(text: str, fact: str) -> str:
    (line,) = (line for line in text.splitlines() if line.strip().startswith(fact))
    return line.strip().removeprefix(fact).strip()


def test_accuracy_and_parts_in_the_order_of_the_sum() -> None:
    text = _text(explained(NEAR, average=0.6, macs=-0.05, depth=0.0, width=-0.04))
    assert _value(text, "ImageNet top-1") == "79.1 (77.2-80.8)"
    assert _value(text, "Score") == "+0.51, percentile 75.5"
    assert _value(text, "Parts") == "average +0.60, MACs -0.05, width -0.04"


def test_a_measured_network_shows_both_accuracies() -> None:
    text = _text(explained(MEASURED))
    assert _value(text, "ImageNet top-1") == "80.1 measured, 79.1 (77.2-80.8) expected"


def test_neighbours_show_accuracy_macs_and_the_largest_difference_first() -> None:
    line = _text(explained(NEAR)).splitlines()[-1].split()
    assert line == ["timm:resnet18", "69.9", "1.81", "G", "width", "-1.3,", "size", "+0.4"]


def test_a_network_far_or_outside_says_why() -> None:
    assert _value(_text(explained(FAR)), "Note") == "nothing is like it"
    outside = _text(explained(OUTSIDE))
    assert _value(outside, "Note") == "it has two inputs"
    assert "Nearest" not in outside


def test_an_estimator_without_accuracies_shows_none() -> None:
    text = _text(explained(UNJUDGED))
    assert "top-1" not in text
    assert "Scope" not in text


def test_it_is_readable_in_80_columns() -> None:
    name = "pytorchcv:a_rather_long_name_of_a_network_cifar100"
    neighbour = replace(NEAR.neighbours[0], model=name)
    parts = {f"part{number}": number / 10 for number in range(12)}
    one = explained(replace(NEAR, neighbours=(neighbour,) * 3), **parts)
    lines = _text(one).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert "width -1.3" in "\n".join(lines)
