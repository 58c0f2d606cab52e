import pytest

from gennape import benchmarks
from gennape.evaluation.transfer.protocols import (
    COLUMNS,
    METHODS,
    TABLES,
    group_of,
    training_config,
    training_tables,
)

EVERY = TABLES
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
    assert {column.table for column in COLUMNS} == set(TABLES)
    assert len({column.title for column in COLUMNS}) == len(COLUMNS) == 18
    assert set(TABLES) == {*benchmarks.names(), *benchmarks.BUNDLED}


def test_tables_of_a_family_share_a_training() -> None:
    assert group_of("nasbench201", "nasbench101") == set(TABLES)
    assert group_of("nasbench201", "leave-one-out") == {"nasbench201"}


@pytest.mark.parametrize(
    ("families", "quick", "rows"), [(1, False, 6000), (7, False, 857), (9, True, 60)]
)
def test_a_training_is_one_member_on_as_many_networks_of_each_family(
    families: int, quick: bool, rows: int
) -> None:
    config = training_config("default", families, quick=quick)
    assert len(config.views) == 1
    assert config.rows_per_family == rows
    assert (config.epochs == 2) is quick


def test_every_protocol_has_a_full_estimator_and_sizes() -> None:
    for methods in METHODS.values():
        assert [method.name for method in methods][:3] == ["flops", "parameters", "depth"]
        assert "estimator" in {method.name for method in methods if method.quick}
