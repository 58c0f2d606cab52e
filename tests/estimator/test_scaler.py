import pytest
import torch
from torch import Tensor

from gennape.estimator.scaler import Scaler

ALL = torch.tensor([True, True])
ROWS = torch.tensor([[1.0, 7.0], [3.0, 7.0], [5.0, 7.0]])
"""The first feature has mean 3 and deviation 2, the second never varies."""


def _fitted(used: Tensor = ALL) -> Scaler:
    scaler = Scaler(2)
    scaler.fit(ROWS, used)
    return scaler


def test_features_that_vary_are_standardised() -> None:
    assert _fitted()(ROWS)[:, 0].tolist() == [-1, 0, 1]


def test_constant_features_are_silent() -> None:
    rows = torch.tensor([[1.0, 7.0], [1.0, 100.0]])
    assert _fitted()(rows)[:, 1].tolist() == [0, 0]


def test_unused_features_are_silent() -> None:
    assert _fitted(torch.tensor([False, True]))(ROWS).tolist() == [[0, 0]] * 3


def test_values_beyond_the_range_seen_count_as_its_end() -> None:
    rows = torch.tensor([[-50.0, 7.0], [50.0, 7.0]])
    assert _fitted()(rows)[:, 0].tolist() == [-1, 1]


def test_widening_lets_new_features_speak() -> None:
    scaler = _fitted()
    rows = torch.tensor([[9.0, 7.0], [3.0, 9.0], [3.0, 5.0]])
    assert scaler.widen(rows, ALL).tolist() == [False, True]
    scaled = scaler(rows)
    assert scaled[:, 0].tolist() == [3, 0, 0]  # the scale stays, the range grows
    assert scaled[:, 1].tolist() == pytest.approx([0, 1, -1])


def test_widening_does_not_wake_unused_features() -> None:
    scaler = _fitted()
    rows = torch.tensor([[1.0, 1.0], [1.0, 9.0]])
    assert scaler.widen(rows, torch.tensor([True, False])).tolist() == [False, False]
    assert scaler(rows)[:, 1].tolist() == [0, 0]
