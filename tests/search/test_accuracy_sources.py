from pathlib import Path

import numpy as np
import pytest

from gennape import benchmarks, spaces
from gennape.benchmarks import Benchmark, BenchmarkError
from gennape.benchmarks.canonical import MeasuredValue, new_table
from gennape.estimator import load
from gennape.search import (
    SearchError,
    TableSpace,
    function_evaluation,
    labelled_space,
    named_evaluation,
    table_evaluation,
)
from helpers.model_zoos import ROWS, write_model_zoo

SPACE = spaces.get("transnas_macro")


def table(rows: int | None) -> Benchmark:
    architectures = list(SPACE.enumerate())[:rows]
    labels = {name: np.arange(len(architectures)) * unit for name, unit in (("a", 1.0), ("b", 2.0))}
    return Benchmark("macro", SPACE, architectures, labels, "a")


def test_accuracies_of_a_table() -> None:
    benchmark = table(5)
    graphs = [SPACE.graph(benchmark.architectures[row]) for row in (3, 1)]
    assert table_evaluation(benchmark)(graphs) == [3.0, 1.0]
    assert table_evaluation(benchmark, "b")(graphs) == [6.0, 2.0]
    with pytest.raises(BenchmarkError, match="no label 'c'; it has a, b"):
        table_evaluation(benchmark, "c")


def test_a_whole_table_is_its_family_and_a_part_is_not() -> None:
    estimator = load("nasbench101")
    assert labelled_space(table(None), estimator) is SPACE
    part = labelled_space(table(20), estimator)
    assert isinstance(part, TableSpace)
    assert len(list(part.enumerate())) == 20
    assert part.neighbours(part.architectures[0])


def test_functions_by_name() -> None:
    assert function_evaluation("helpers.search_doubles:true_quality").__name__ == "true_quality"
    for name in ("helpers.search_doubles:none", "no_such_module:f", "search_doubles"):
        with pytest.raises(SearchError, match="neither a labelled table nor"):
            function_evaluation(name)


def test_a_function_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(graphs: object) -> list[float]:
        raise KeyError("weights")

    monkeypatch.setattr("search_doubles.true_quality", fails)
    with pytest.raises(
        SearchError, match=r"helpers.search_doubles:true_quality failed \(KeyError: 'weights'\)"
    ):
        function_evaluation("helpers.search_doubles:true_quality")([])


@pytest.fixture
def imported(tmp_path: Path) -> Path:
    """A table of three NAS-Bench-201 networks, as `gennape import` writes it."""
    family = spaces.get("nasbench201")
    path = tmp_path / "mine.parquet"
    with new_table(path) as writer:
        for seed in range(3):
            text = family.format(family.sample(np.random.default_rng(seed)))
            row = MeasuredValue("nasbench201", text, "cifar10", "test", "accuracy", 90.0 + seed)
            writer.write(row, "file", "0" * 64)
    return path


def test_evaluations_by_name(imported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GENNAPE_DATA", raising=False)
    estimator = load("nasbench101")
    hiaml, cells = spaces.get("hiaml"), spaces.get("nasbench201")
    labelled, evaluate = named_evaluation("hiaml", hiaml, estimator)  # comes with the package
    first = next(labelled.enumerate())
    assert evaluate([hiaml.graph(first)]) == [benchmarks.load("hiaml").accuracies[0]]
    tables = [("nasbench201", imported.parent), (str(imported), None)]
    for name, folder in tables:
        for label in ("", ":cifar10 test accuracy"):
            part, evaluate = named_evaluation(name + label, cells, estimator, folder)
            assert evaluate(list(map(cells.graph, part.enumerate()))) == [90.0, 91.0, 92.0]
    space, evaluate = named_evaluation("helpers.search_doubles:true_quality", cells, estimator)
    assert space is cells
    assert evaluate.__name__ == "true_quality"


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("hiaml", SearchError, "hiaml labels hiaml, not nasbench201"),
        ("nasbench201", BenchmarkError, "no data folder is given"),
        ("none.parquet", BenchmarkError, "none.parquet does not exist"),
        ("nasbench2", SearchError, "neither a labelled table nor"),
    ],
)
def test_names_of_no_evaluation(
    name: str, error: type[Exception], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GENNAPE_DATA", raising=False)
    with pytest.raises(error, match=message):
        named_evaluation(name, spaces.get("nasbench201"), load("nasbench101"))


def test_real_networks_are_of_no_family(tmp_path: Path) -> None:
    write_model_zoo(tmp_path, ROWS)
    with pytest.raises(BenchmarkError, match="networks of model_zoo are of no one family"):
        named_evaluation("model_zoo", spaces.get("nasbench201"), load("nasbench101"), tmp_path)
