"""Expected accuracies as people read them."""

from collections.abc import Iterable, Sequence

from gennape.estimator.models.measured_networks import Neighbour
from gennape.estimator.network_score import NetworkScore

NOTHING = "-"
_NAMED = 3
"""Networks with the same note that are named one by one."""
_DATASETS = {"imagenet-1k": "ImageNet", "cifar10": "CIFAR-10", "cifar100": "CIFAR-100"}


def dataset_title(dataset: str | None) -> str:
    """Name of a data set in running text; a hyphen for none."""
    return NOTHING if dataset is None else _DATASETS.get(dataset, dataset)


def top1_heading(scored: Sequence[NetworkScore]) -> str:
    """`ImageNet top-1` where all networks share a data set, else `Top-1`."""
    datasets = {one.dataset for one in scored}
    return f"{dataset_title(datasets.pop())} top-1" if len(datasets) == 1 else "Top-1"


def with_interval(accuracy: float, low: float, high: float) -> str:
    """Write an accuracy with its interval: `79.1 (77.2-80.8)`."""
    return f"{accuracy:.1f} ({low:.1f}-{high:.1f})"


def expected(one: NetworkScore) -> str:
    """Accuracy with its interval, or a hyphen where there is nothing to judge."""
    if one.accuracy is None or one.accuracy_low is None or one.accuracy_high is None:
        return NOTHING
    return with_interval(one.accuracy, one.accuracy_low, one.accuracy_high)


def top1(one: NetworkScore) -> str:
    """`80.1 measured` where this very network was measured, else what is expected."""
    is_measured = one.scope == "measured" and one.measured is not None
    return f"{one.measured:.1f} measured" if is_measured else expected(one)


def notes(scored: Iterable[NetworkScore]) -> list[str]:
    """Say why networks are far or outside: a line each, of many with one reason the first by name.

    Where no accuracy is known, the reason alone is said, once.
    """
    models: dict[tuple[str, bool], list[str]] = {}
    for one in scored:
        if one.note:
            models.setdefault((one.note, one.dataset is not None), []).append(one.model)
    lines: list[str] = []
    for (note, has_accuracies), named in models.items():
        if not has_accuracies:
            lines.append(note)
        elif len(named) <= _NAMED:
            lines += [f"{model}: {note}" for model in named]
        else:
            lines.append(f"{named[0]} and {len(named) - 1} others: {note}")
    return lines


def difference(neighbour: Neighbour) -> str:
    """What sets a network apart from its neighbour, in points of accuracy, the largest first."""
    groups = sorted(neighbour.difference.items(), key=lambda group: -abs(group[1]))
    said = [f"{name} {points:+.1f}" for name, points in groups if abs(points) >= 0.05]
    return ", ".join(said) or "nothing"
