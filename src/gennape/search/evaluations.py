"""True evaluations: where accuracies come from."""

from collections.abc import Sequence
from typing import Any

from gennape.benchmarks import Benchmark, BenchmarkError
from gennape.estimator import Estimator
from gennape.frontends import FrontendError
from gennape.frontends.libraries import import_factory
from gennape.graph import ComputationGraph
from gennape.search.errors import SearchError
from gennape.search.stages import Evaluate
from gennape.search.table_space import TableSpace
from gennape.spaces import SearchSpace


def by_table(benchmark: Benchmark, label: str | None = None) -> Evaluate:
    """Look accuracies up in a labelled table.

    Args:
        benchmark: The table.
        label: One of its labels; the one that estimators are judged on unless given.

    Raises:
        BenchmarkError: The table has no such label.
    """
    label = label or benchmark.target
    if label not in benchmark.labels:
        raise BenchmarkError(
            f"{benchmark.name} has no label {label!r}; it has {', '.join(benchmark.labels)}"
        )
    texts = map(benchmark.space.format, benchmark.architectures)
    accuracies = dict(zip(texts, benchmark.labels[label].tolist(), strict=True))

    def evaluate(graphs: Sequence[ComputationGraph]) -> list[float]:
        return [accuracies[graph.name.partition(":")[2]] for graph in graphs]

    return evaluate


def labelled_space(benchmark: Benchmark, estimator: Estimator) -> SearchSpace[Any]:
    """The family, where its table holds all of it; else the table as a space of its own.

    Neighbours in the table are the nearest by the mean of the features that `estimator` sees
    of a network's nodes.
    """
    if len(benchmark) == benchmark.space.size:
        return benchmark.space
    descriptors = estimator.features(benchmark.graphs()).means()
    return TableSpace(benchmark.space, benchmark.architectures, descriptors)


def by_function(name: str) -> Evaluate:
    """The function that `package.module:function` names; see `Evaluate` for what it is given.

    Raises:
        SearchError: There is no such function.
    """
    module, _, function = name.partition(":")
    try:
        return import_factory(module, function)
    except FrontendError as error:
        raise SearchError(
            f"{name!r} is neither a labelled table nor package.module:function ({error})"
        ) from error
