"""A first part of the mutants of `benchmarks/fuzz.py`."""

from collections.abc import Iterator

import pytest

from fuzz.harness import FuzzPool, FuzzTarget
from fuzz.targets import TARGETS

QUICK, MORE = 150, 2_000


@pytest.fixture(scope="module")
def pool() -> Iterator[FuzzPool]:
    with FuzzPool() as pool:
        yield pool


def check(pool: FuzzPool, target: FuzzTarget, numbers: range) -> None:
    """Each mutant is read, or refused in one sentence that names it."""
    wrong = [trial for trial in pool.run(target, numbers) if not trial.is_right]
    assert not wrong, f"{len(wrong)} of {len(numbers)}, the first: {wrong[0]}\n{wrong[0].detail}"


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_mutants_are_read_or_refused(target: FuzzTarget, pool: FuzzPool) -> None:
    check(pool, target, range(target.mutants(QUICK)))


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_more_mutants_are_read_or_refused(target: FuzzTarget, pool: FuzzPool) -> None:
    check(pool, target, range(target.mutants(QUICK), target.mutants(MORE)))
