"""Architecture families with measured labels.

`load("nasbench201", data_dir)` reads the family's table; `names()` lists the tables,
`BUNDLED` those that come with the package and need no folder. `load(MODEL_ZOO, data_dir)` reads
that of real networks, which are of no family.
`import_official(kind, file, out)` makes such a table of an official file; `kinds()` lists
what can be imported.
"""

from gennape.benchmarks.benchmark import Benchmark, BenchmarkError, Split
from gennape.benchmarks.formats import ImportSummary, import_official, kinds
from gennape.benchmarks.model_zoo import MODEL_ZOO, ModelZoo, ZooEntry
from gennape.benchmarks.tables import BUNDLED, load, names

__all__ = [
    "BUNDLED",
    "MODEL_ZOO",
    "Benchmark",
    "BenchmarkError",
    "ImportSummary",
    "ModelZoo",
    "Split",
    "ZooEntry",
    "import_official",
    "kinds",
    "load",
    "names",
]
