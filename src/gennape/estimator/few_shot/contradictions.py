"""Contradictory labels: one network whose measured accuracies differ."""

from collections.abc import Sequence

import numpy as np

from gennape.utils.array_types import FloatArray


def contradiction(fingerprints: Sequence[str], accuracies: FloatArray) -> str | None:
    """Say which labels of one network are furthest apart.

    Args:
        fingerprints: Of each network; those of the same network are equal. None if unknown.
        accuracies: Of each network, `(networks,)`.

    Returns:
        One sentence, which counts networks from 1; None if no network has two accuracies.

    Examples:
        >>> contradiction(["a", "b", "a"], np.array([0.9, 0.5, 0.7]))
        'networks 1 and 3 are the same, but have the accuracies 0.9 and 0.7; all labels count'
    """
    if not len(fingerprints):
        return None
    _, networks = np.unique(np.array(fingerprints), return_inverse=True)
    order = np.lexsort((accuracies, networks))
    starts = np.flatnonzero(np.diff(networks[order], prepend=-1))
    lowest, highest = order[starts], order[np.append(starts[1:], len(order)) - 1]
    with np.errstate(over="ignore"):
        gaps = accuracies[highest] - accuracies[lowest]
    others = np.count_nonzero(gaps) - 1
    if others < 0:
        return None
    first, second = sorted((int(lowest[gaps.argmax()]), int(highest[gaps.argmax()])))
    more = f"; the labels of {others} more differ" if others else ""
    labels = [f"{accuracies[place]:g}" for place in (first, second)]
    if labels[0] == labels[1]:
        labels = [str(accuracies[place]) for place in (first, second)]
    return (
        f"networks {first + 1} and {second + 1} are the same, but have the accuracies "
        f"{labels[0]} and {labels[1]}{more}; all labels count"
    )
