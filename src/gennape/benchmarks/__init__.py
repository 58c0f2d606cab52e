"""Architecture families with measured labels.

`load("nasbench201", data_dir)` reads the family's table; `names()` lists the tables.
"""

from gennape.benchmarks.benchmark import Benchmark, BenchmarkError
from gennape.benchmarks.nasbench101 import Split
from gennape.benchmarks.nasbench101 import split as nasbench101_split
from gennape.benchmarks.tables import load, names

__all__ = ["Benchmark", "BenchmarkError", "Split", "load", "names", "nasbench101_split"]
