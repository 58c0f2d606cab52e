"""Sources of true accuracies: labelled tables and functions, by name."""

import os
from collections.abc import Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

from gennape import spaces
from gennape.estimator import Estimator
from gennape.graph import ComputationGraph
from gennape.search.candidate import SearchError
from gennape.search.stages import Evaluate
from gennape.search.table_space import TableSpace
from gennape.spaces import SearchSpace
from gennape.utils.optional_imports import ModuleError, import_factory

if TYPE_CHECKING:
    from gennape.benchmarks import Benchmark


def named_evaluation(
    name: str,
    space: SearchSpace[Any],
    estimator: Estimator | None = None,
    data_dir: str | os.PathLike[str] | None = None,
) -> tuple[SearchSpace[Any], Evaluate]:
    """Return the part of a family that has accuracies, and the function that gives them.

    Args:
        name: `TABLE` or `TABLE:LABEL`, a table that `benchmarks.load` reads; or
            `package.module:function`.
        space: The family.
        estimator: Tells which networks of a table are near one another; needed only where
            the table does not hold the whole family.
        data_dir: Folder of labelled tables.

    Raises:
        SearchError: There is no such table or function, the table is of another family, or
            it needs an estimator.
        BenchmarkError: The table cannot be read or has no such label.
    """
    from gennape import benchmarks  # slow to import, and searches by scores read no table

    table, _, label = name.partition(":")
    tables = [*benchmarks.names(), benchmarks.MODEL_ZOO, *spaces.names()]
    if table not in tables and not table.endswith(".parquet"):
        return space, function_evaluation(name)
    benchmark = benchmarks.load(table, data_dir)
    labelled = benchmark.require_space()
    if labelled.name != space.name:
        raise SearchError(f"{table} labels {labelled.name}, not {space.name}")
    return labelled_space(benchmark, estimator), table_evaluation(benchmark, label or None)


def table_evaluation(benchmark: "Benchmark", label: str | None = None) -> Evaluate:
    """Make an evaluation that looks accuracies up in a labelled table.

    Args:
        benchmark: The table.
        label: One of its labels; the one that estimators are judged on unless given.

    Raises:
        BenchmarkError: The table has no such label.
    """
    from gennape.benchmarks import BenchmarkError  # as above

    label = label or benchmark.target
    if label not in benchmark.labels:
        raise BenchmarkError(
            f"{benchmark.name} has no label {label!r}; it has {', '.join(benchmark.labels)}"
        )
    space = benchmark.require_space()
    names = (f"{space.name}:{space.format(one)}" for one in benchmark.architectures)
    accuracies = dict(zip(names, benchmark.labels[label].tolist(), strict=True))

    def evaluate(graphs: Sequence[ComputationGraph]) -> list[float]:
        return [accuracies[graph.name] for graph in graphs]

    return evaluate


def labelled_space(benchmark: "Benchmark", estimator: Estimator | None) -> SearchSpace[Any]:
    """Return the family, where its table holds all of it; else the table as a space of its own.

    Neighbours in the table are the nearest by the mean of the features that `estimator` sees
    of a network's nodes.

    Raises:
        SearchError: The table holds a part of its family, and there is no estimator.
    """
    space = benchmark.require_space()
    if len(benchmark) == space.size:
        return space
    if estimator is None:
        raise SearchError(
            f"{benchmark.name} holds a part of {space.name}, whose neighbours are told by an "
            "estimator; give one"
        )
    descriptors = estimator.features(benchmark.graphs()).means()
    return TableSpace(space, benchmark.architectures, descriptors)


def function_evaluation(name: str) -> Evaluate:
    """Import the function that `package.module:function` names; see `Evaluate` for its form.

    Raises:
        SearchError: There is no such function.
    """
    module, _, function = name.partition(":")
    try:
        judge = import_factory(module, function)
    except ModuleError as error:
        raise SearchError(
            f"{name!r} is neither a labelled table nor package.module:function ({error})"
        ) from error

    @wraps(judge)
    def evaluate(graphs: Sequence[ComputationGraph]) -> Sequence[float]:
        try:
            accuracies: Sequence[float] = judge(graphs)
        except (Exception, SystemExit) as error:
            reason = f"{type(error).__name__}: {error}"
            raise SearchError(
                f"{name} failed ({reason}); started again, the search goes on where it was"
            ) from error
        return accuracies

    return evaluate
