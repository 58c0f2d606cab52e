from pathlib import Path

import numpy as np
import pytest

from gennape.evaluation.transfer.cells import cell

ACCURACIES = np.concatenate([np.linspace(90, 94, 40), [np.nan] * 3])
SIZES = np.arange(43.0)


class _Learner:
    """Ranks wrongly, and rightly once it is told a label."""

    version = "learner"
    score = -SIZES

    def after(self, given: np.ndarray, accuracies: np.ndarray, rest: np.ndarray) -> np.ndarray:
        assert np.isfinite(accuracies).all()
        assert not set(given) & set(rest)
        return SIZES[rest]


def test_each_number_of_labels_is_measured_on_the_rest(tmp_path: Path) -> None:
    """Forty networks have a label, so at most twenty labels are given."""
    measured = cell(tmp_path, "table-label", _Learner(), ACCURACIES, SIZES).measurements
    found = [(one.labels, one.draw, one.networks) for one in measured]
    assert found[0] == (0, 0, 40)
    assert found[1:] == [(labels, draw, 40 - labels) for labels in (8, 16) for draw in range(5)]
    assert measured[0].measures.spearman == pytest.approx(-1)
    assert measured[0].measures.regret == pytest.approx(94 - ACCURACIES[9])
    assert all(one.measures.spearman == pytest.approx(1) for one in measured[1:])


def test_a_measurement_is_made_once(tmp_path: Path) -> None:
    first = cell(tmp_path, "table-label", _Learner(), ACCURACIES, SIZES)
    again = cell(tmp_path, "table-label", _Learner(), np.full(43, np.nan), SIZES)
    assert again == first


def test_labels_are_needed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 networks with a label"):
        cell(tmp_path, "table-label", _Learner(), np.array([1.0, np.nan]), SIZES[:2])
