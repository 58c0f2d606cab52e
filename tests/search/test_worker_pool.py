import math
import operator

import pytest

from gennape.search import SearchError, WorkerPool


def test_one_process_does_everything() -> None:
    with WorkerPool() as alone:
        assert alone.split([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]
        assert alone.split([], 2) == []
        assert alone.map(operator.neg, [1, 2, 3]) == [-1, -2, -3]


def test_results_come_in_the_order_of_the_pieces(pair: WorkerPool) -> None:
    assert pair.split([1, 2, 3], 10) == [[1, 2], [3]]
    assert pair.map(operator.neg, [1, 2, 3, 4, 5]) == [-1, -2, -3, -4, -5]
    assert pair.map(operator.neg, [6]) == [-6]
    assert pair.map(operator.inv, [1, 2]) == [-2, -3]
    assert pair.map(operator.neg, []) == []


def test_an_error_of_the_other_process_is_raised_here(pair: WorkerPool) -> None:
    with pytest.raises(ValueError, match="math domain error"):
        pair.map(math.sqrt, [1.0, -1.0])
    assert pair.map(operator.neg, [1, 2]) == [-1, -2]


def test_answers_that_nobody_took_are_not_those_of_the_next_pieces(pair: WorkerPool) -> None:
    with pytest.raises(ValueError, match="math domain error"):
        pair.map(math.sqrt, [1.0, 4.0, -1.0, 9.0])  # the other process has 4 and 9
    assert pair.map(operator.neg, [1, 2, 3, 4]) == [-1, -2, -3, -4]


def test_the_end_of_the_other_process_is_told(pair: WorkerPool) -> None:
    pair._helpers[0]._process.kill()
    with pytest.raises(SearchError, match="has ended with code"):
        pair.map(operator.neg, [1, 2])
        pair.map(operator.neg, [1, 2])
