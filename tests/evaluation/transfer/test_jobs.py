from pathlib import Path

import pytest

from gennape.evaluation.transfer.failures import Failures
from gennape.evaluation.transfer.jobs import jobs
from gennape.evaluation.transfer.methods import METHODS, QUICK, Trained
from gennape.evaluation.transfer.protocols import Protocol
from gennape.evaluation.transfer.tables import JudgedTable, read_tables


@pytest.fixture
def tables(tiny_data: Path) -> dict[str, JudgedTable]:
    return read_tables(["nasbench101", "nasbench201"], tiny_data, QUICK, Failures())


def _trainings(protocol: Protocol, tables: dict[str, JudgedTable]) -> dict[str, tuple[str, ...]]:
    """The tables that are judged by each training, if nothing fails."""
    failures = Failures()
    planned = jobs(protocol, QUICK, range(2), tables, failures)
    assert not failures
    return {job.run.name: tuple(table.name for table in job.judged) for job in planned if job.run}


def test_one_training_a_seed_and_group(tables: dict[str, JudgedTable]) -> None:
    both = ("nasbench101", "nasbench201")
    assert _trainings("nasbench101", tables) == {f"default-seed{seed}": both for seed in (0, 1)}
    assert _trainings("leave-one-out", tables) == {
        f"default-without-{table}-seed{seed}": (table,) for table in both for seed in (0, 1)
    }


@pytest.mark.parametrize(
    ("protocol", "readable", "training"),
    [
        ("nasbench101", "nasbench201", "default"),
        ("leave-one-out", "nasbench101", "default-without-nasbench101"),
    ],
)
def test_where_nothing_is_left_to_learn_from_the_rest_goes_on(
    tables: dict[str, JudgedTable], protocol: Protocol, readable: str, training: str
) -> None:
    failures = Failures()
    planned = jobs(protocol, QUICK, range(2), {readable: tables[readable]}, failures)
    assert [(failure.part, failure.reason) for failure in failures] == [
        (f"training {training}", "no table that may be learned from can be read")
    ]
    untrained = [method for method in METHODS[protocol] if not isinstance(method, Trained)]
    assert [job.method for job in planned] == untrained
