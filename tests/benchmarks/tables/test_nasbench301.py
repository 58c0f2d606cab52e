import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.stats import spearmanr

from gennape import benchmarks
from gennape.benchmarks import BenchmarkError

CELL = [["sep_conv_3x3", 0], ["skip_connect", 1]] * 4


def test_the_surrogates_table(data_folder: Path) -> None:
    table = benchmarks.load("nasbench301", data_folder)
    assert table.target == "surrogate_valid_accuracy"
    assert len(table) == len(set(table.architectures)) == 725
    macs = [graph.macs for graph in table.graphs()]
    assert spearmanr(macs, table.accuracies).statistic == pytest.approx(0.503, abs=0.001)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (CELL[:-1], "a cell has 8 edges, not 7"),
        ([["sep_conv_3x3", 1], *CELL[1:]], "reads two different sources"),
        ([["sep_conv_3x3", "0"], *CELL[1:]], "no list of pairs of an operation and a source"),
        ([["sep_conv_3x3"], *CELL[1:]], "no list of pairs of an operation and a source"),
        ("sep_conv_3x3", "no list of pairs of an operation and a source"),
    ],
)
def test_a_row_that_is_no_genotype(tmp_path: Path, cell: object, reason: str) -> None:
    columns = {"normal": [json.dumps(CELL)], "reduce": [json.dumps(cell)]}
    table = pa.table(columns | {"surrogate_valid_accuracy": [93.0]})
    pq.write_table(table, tmp_path / "nasbench301_surrogate.parquet")
    with pytest.raises(BenchmarkError, match=f"is no table of nasbench301: .*{reason}"):
        benchmarks.load("nasbench301", tmp_path)
