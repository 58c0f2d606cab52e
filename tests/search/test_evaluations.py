import numpy as np
import pytest

from gennape import spaces
from gennape.benchmarks import Benchmark, BenchmarkError
from gennape.estimator import load
from gennape.search import SearchError, TableSpace, by_function, by_table, labelled_space

SPACE = spaces.get("transnas_macro")


def table(rows: int | None) -> Benchmark:
    architectures = list(SPACE.enumerate())[:rows]
    labels = {name: np.arange(len(architectures)) * unit for name, unit in (("a", 1.0), ("b", 2.0))}
    return Benchmark("macro", SPACE, architectures, labels, "a")


def test_accuracies_of_a_table() -> None:
    benchmark = table(5)
    graphs = [SPACE.graph(benchmark.architectures[row]) for row in (3, 1)]
    assert by_table(benchmark)(graphs) == [3.0, 1.0]
    assert by_table(benchmark, "b")(graphs) == [6.0, 2.0]
    with pytest.raises(BenchmarkError, match="no label 'c'; it has a, b"):
        by_table(benchmark, "c")


def test_a_whole_table_is_its_family_and_a_part_is_not() -> None:
    estimator = load("nasbench101")
    assert labelled_space(table(None), estimator) is SPACE
    part = labelled_space(table(20), estimator)
    assert isinstance(part, TableSpace)
    assert len(list(part.enumerate())) == 20
    assert part.neighbours(part.architectures[0])


def test_functions_by_name() -> None:
    assert by_function("search_doubles:true_quality").__name__ == "true_quality"
    for name in ("search_doubles:none", "no_such_module:f", "search_doubles"):
        with pytest.raises(SearchError, match="neither a labelled table nor"):
            by_function(name)
