from dataclasses import replace
from pathlib import Path

import pytest

from gennape.evaluation.transfer.eval_table import EvalTable
from gennape.evaluation.transfer.experiments import Experiment, plan_experiments
from gennape.evaluation.transfer.protocols import METHODS, Protocol
from gennape.utils.progress import no_progress

Tables = dict[str, EvalTable]


@pytest.fixture
def tables(tiny_data: Path) -> Tables:
    return {name: EvalTable.read(name, tiny_data, 300) for name in ("nasbench101", "nasbench201")}


def _planned(protocol: Protocol, tables: Tables, *, quick: bool = True) -> list[Experiment]:
    return list(plan_experiments(protocol, tables, range(2), quick=quick))


def test_one_training_a_seed_and_group(tables: Tables) -> None:
    trained = {
        protocol: {
            one.training.name: [table.name for table in one.tables]
            for one in _planned(protocol, tables)
            if one.training
        }
        for protocol in METHODS
    }
    both = ["nasbench101", "nasbench201"]
    assert trained["nasbench101"] == {f"default-seed{seed}": both for seed in (0, 1)}
    assert trained["leave-one-out"] == {
        f"default-without-{table}-seed{seed}": [table] for table in both for seed in (0, 1)
    }


def test_the_whole_test_has_every_method(tables: Tables) -> None:
    for protocol, methods in METHODS.items():
        planned = _planned(protocol, tables, quick=False)
        assert list(dict.fromkeys(one.method for one in planned)) == list(methods)
        assert all((one.training is None) == (one.method.recipe is None) for one in planned)


@pytest.mark.parametrize(
    ("protocol", "readable"), [("nasbench101", "nasbench201"), ("leave-one-out", "nasbench101")]
)
def test_where_nothing_is_left_to_learn_from_a_training_fails(
    tables: Tables, protocol: Protocol, readable: str
) -> None:
    runs = [one.training for one in _planned(protocol, {readable: tables[readable]})]
    assert [run.tables for run in runs if run] == [(), ()]
    with pytest.raises(ValueError, match="no table that may be learned from can be read"):
        next(filter(None, runs)).train(None, Path("estimators"), no_progress)


def test_an_estimators_name_changes_with_recipe_seed_and_data(tables: Tables) -> None:
    run = next(one.training for one in _planned("nasbench101", tables) if one.training)
    others = (
        replace(run, config=replace(run.config, width=5)),
        replace(run, seed=7),
        replace(run, tables=(replace(run.tables[0], sha256="another"),)),
    )
    assert len({one.version for one in (run, *others)}) == 4
    assert replace(run, name=run.name).version == run.version
