"""MetaQNN's labelled chains, trained on CIFAR-10 for 20 epochs.

Source: Baker et al., "Accelerating Neural Architecture Search using Performance Prediction"
(2017). Labels are validation accuracies in percent, those after the last epoch and the best
of all epochs, one training each.
"""

import re
from typing import Any

import pyarrow as pa

from gennape.benchmarks.lists import texts
from gennape.benchmarks.table import Table
from gennape.spaces import MetaQNN
from gennape.spaces.metaqnn import GLOBAL_POOL, MetaQNNArchitecture

_LAYER = re.compile(r"([A-Z]+)\(([\d,]+)\)")
_DROPOUT = "D"


def parse_chains(table: pa.Table, space: MetaQNN) -> list[Any]:
    """Architectures of the column `architecture`, in the benchmark's own grammar.

    Raises:
        ValueError: A row is no network of the family.
    """
    return [_network(text) for text in texts(table, "architecture")]


def _network(text: str) -> MetaQNNArchitecture:
    """The chain that `[C(64,3,1), D(1,1), P(2,2), SM(10)]` describes."""
    layers = _LAYER.findall(text)
    if not layers or f"[{', '.join(f'{kind}({values})' for kind, values in layers)}]" != text:
        raise ValueError(f"{text!r} is no list of layers such as [C(64,3,1), P(2,2), SM(10)]")
    *inner, classifier = layers
    if classifier[0] != "SM":
        raise ValueError(f"{text!r} does not end in a classifier such as SM(10)")
    return MetaQNNArchitecture(tuple(_name(*layer) for layer in inner if layer[0] != _DROPOUT))


def _name(kind: str, values: str) -> str:
    """What the family calls a layer; strides are those of the family's own."""
    first, *rest = values.split(",")
    names = {
        "C": f"c{rest[0]}x{first}" if rest else "",
        "P": f"p{first}",
        "FC": f"fc{first}",
        "GAP": GLOBAL_POOL,
    }
    return names.get(kind, f"{kind}({values})")


TABLES = {
    "metaqnn": Table(
        "metaqnn_cifar10.parquet",
        "metaqnn",
        parse_chains,
        ("cifar10_valid_last", "cifar10_valid_best"),
    )
}
