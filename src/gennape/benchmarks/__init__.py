"""Architecture families with measured labels.

`load("nasbench201", data_dir)` reads the family's table; `names()` lists the tables,
`BUNDLED` those that come with the package and need no folder.
`import_official(kind, file, out)` makes such a table of an official file; `kinds()` lists
what can be imported.
"""

from gennape.benchmarks.benchmark import Benchmark, BenchmarkError, Split
from gennape.benchmarks.formats import ImportSummary, import_official, kinds
from gennape.benchmarks.tables import BUNDLED, load, names

__all__ = [
    "BUNDLED",
    "Benchmark",
    "BenchmarkError",
    "ImportSummary",
    "Split",
    "import_official",
    "kinds",
    "load",
    "names",
]
