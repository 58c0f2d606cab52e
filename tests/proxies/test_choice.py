from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gennape import spaces
from gennape.proxies import choose_networks


def test_different_networks_that_follow_the_seed() -> None:
    first, again = (choose_networks("nasbench201", 50, seed=1, resolution=16) for _ in range(2))
    assert len(set(first.architectures)) == 50
    assert first.architectures == again.architectures
    assert first.architectures != choose_networks("nasbench201", 50, seed=2).architectures
    assert first.space.resolution == 16
    assert first.accuracies is None


def test_rows_of_a_labelled_table(tmp_path: Path) -> None:
    family = spaces.get("nasbench201")
    rng = np.random.default_rng(0)
    cells = [family.sample(rng) for _ in range(10)]
    columns = {"architecture": [family.format(cell) for cell in cells]}
    for data_set in ("cifar10", "cifar100", "imagenet16_120"):
        columns[f"{data_set}_test_accuracy_200"] = [float(i) for i in range(10)]
    pq.write_table(pa.table(columns), tmp_path / "nasbench201.parquet")
    choice = choose_networks("nasbench201", 4, seed=3, resolution=8, labelled=tmp_path)
    rows = np.random.default_rng(3).permutation(10)[:4]
    assert choice.architectures == [cells[row] for row in rows]
    assert choice.accuracies is not None
    assert choice.accuracies.tolist() == rows.tolist()
    assert choice.space.resolution == 8
