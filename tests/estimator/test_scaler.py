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
