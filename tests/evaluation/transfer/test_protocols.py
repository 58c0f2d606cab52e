import pytest

from gennape import benchmarks
from gennape.evaluation.transfer.protocols import COLUMNS, FAMILIES, group_of, training_tables

EVERY = tuple(FAMILIES)
LEARNED = set(benchmarks.names())


def test_only_nasbench101_is_learned_from_under_the_papers_protocol() -> None:
    assert training_tables("nasbench101", "nasbench201", EVERY) == ("nasbench101",)


def test_a_family_is_left_out_with_all_its_tables() -> None:
    learned = training_tables("leave-one-out", "ofa_mobilenetv3_kernel7", EVERY)
    assert LEARNED - set(learned) == {"ofa_mobilenetv3", "ofa_mobilenetv3_kernel7"}
    assert LEARNED - set(training_tables("leave-one-out", "nasbench301", EVERY)) == {"nasbench301"}


@pytest.mark.parametrize("judged", benchmarks.BUNDLED)
def test_short_trainings_only_judge(judged: str) -> None:
    assert group_of(judged) == set(benchmarks.BUNDLED)
    for table in EVERY:
        assert not set(benchmarks.BUNDLED) & set(training_tables("leave-one-out", table, EVERY))
    assert set(training_tables("leave-one-out", judged, EVERY)) == LEARNED


def test_unreadable_tables_are_not_learned_from() -> None:
    readable = ("nasbench101", "nasbench201")
    assert training_tables("leave-one-out", "nasbench201", readable) == ("nasbench101",)


def test_columns_are_labels_of_known_tables() -> None:
    assert {column.table for column in COLUMNS} == set(FAMILIES)
    assert len({column.title for column in COLUMNS}) == len(COLUMNS) == 18
    assert set(FAMILIES) == {*benchmarks.names(), *benchmarks.BUNDLED}
