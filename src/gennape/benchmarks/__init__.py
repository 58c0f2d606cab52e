"""Architecture families with measured labels.

`load("nasbench201", data_dir)` reads the family's table; `names()` lists the tables.
"""

from gennape.benchmarks.benchmark import Benchmark, BenchmarkError, Split
from gennape.benchmarks.tables import load, names

__all__ = ["Benchmark", "BenchmarkError", "Split", "load", "names"]
