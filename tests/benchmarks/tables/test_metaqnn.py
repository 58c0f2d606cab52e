import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gennape import benchmarks
from gennape.benchmarks import BenchmarkError

POOLS = {"p5": "P(5,3)", "p3": "P(3,2)", "p2": "P(2,2)"}


def _written(layers: Sequence[str]) -> str:
    """The benchmark's string of a chain: dropout after every second layer and every dense one.

    Its share grows up to one half; the published code counts the classifier as one more layer
    of the kind of the last, so that the share does not always come that far.
    """
    kinds = ["fc" if layer.startswith("fc") else layer for layer in (*layers, layers[-1])]
    dense = kinds.count("fc")
    drops = (len(kinds) - dense - kinds.count("gap")) // 2 + dense
    dropped = 0
    items: list[str] = []
    for number, layer in enumerate(layers, 1):
        if layer == "gap":
            items.append("GAP(10)")
            continue
        convolution = re.fullmatch(r"c(\d)x(\d+)", layer)
        items.append(
            f"C({convolution[2]},{convolution[1]},1)"
            if convolution
            else POOLS.get(layer) or f"FC({layer[2:]})"
        )
        if (number % 2 == 0 or layer.startswith("fc")) and dropped < drops:
            dropped += 1
            items.append(f"D({dropped},{drops})")
    return f"[{', '.join([*items, 'SM(10)'])}]"


def _counted_weights(text: str) -> int:
    """Weights and biases of a chain, counted from the benchmark's string."""
    channels, size, total = 3, 32, 0
    for kind, values in re.findall(r"([A-Z]+)\(([\d,]+)\)", text):
        first, *rest = map(int, values.split(","))
        if kind == "P":
            size = (size - first) // rest[0] + 1
        elif kind != "D":
            area = size**2 if kind in ("FC", "SM") else rest[0] ** 2 if kind == "C" else 1
            total += channels * area * first + first
            channels, size = first, size if kind == "C" else 1
    return total


def test_every_string_and_its_weights(data_folder: Path) -> None:
    table = benchmarks.load("metaqnn", data_folder)
    file = pq.read_table(data_folder / "metaqnn_cifar10.parquet")
    published = file["architecture"].to_pylist()
    assert [_written(one.layers) for one in table.architectures] == published
    weights = [graph.parameters for graph in table.graphs()]
    assert weights == list(map(_counted_weights, published))


def test_the_measured_table(data_folder: Path) -> None:
    table = benchmarks.load("metaqnn", data_folder)
    assert len(table) == len(set(table.architectures)) == 1_000
    assert table.target == "cifar10_valid_last"
    assert (table.labels["cifar10_valid_best"] >= table.accuracies).all()
    assert table.accuracies.min() == pytest.approx(15.1)
    assert table.accuracies.max() == pytest.approx(84.16)


def _write(folder: Path, text: str) -> None:
    columns = {"architecture": [text], "cifar10_valid_last": [50.0], "cifar10_valid_best": [51.0]}
    pq.write_table(pa.table(columns), folder / "metaqnn_cifar10.parquet")


def test_a_chain_by_hand(tmp_path: Path) -> None:
    _write(tmp_path, "[C(64,5,1), P(5,3), D(1,2), C(128,3,1), GAP(10), SM(10)]")
    (network,) = benchmarks.load("metaqnn", tmp_path).architectures
    assert network.layers == ("c5x64", "p5", "c3x128", "gap")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[C(64,5,2), SM(10)]", "is no chain of layers such as"),
        ("[C(64,5,1), P(5,2), SM(10)]", "is no chain of layers such as"),
        ("[C(64,5,1)]", "is no chain of layers such as"),
        ("[C(64,5,1), SM(100)]", "is no chain of layers such as"),
        ("", "is no chain of layers such as"),
        ("[SM(10)]", "begins with a convolution"),
        ("[C(64,5,1), FC(128), SM(10)]", "on a map of size 32, comes .*, not fc128"),
    ],
)
def test_a_row_that_is_no_network(tmp_path: Path, text: str, reason: str) -> None:
    _write(tmp_path, text)
    with pytest.raises(BenchmarkError, match=f"is no table of metaqnn: .*{reason}"):
        benchmarks.load("metaqnn", tmp_path)
