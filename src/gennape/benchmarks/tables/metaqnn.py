"""MetaQNN's labelled chains, trained on CIFAR-10 for 20 epochs.

Source: Baker et al., "Accelerating Neural Architecture Search using Performance Prediction"
(2017). Labels are validation accuracies in percent, those after the last epoch and the best
of all epochs, one training each.
"""

from typing import Any

import pyarrow as pa

from gennape.benchmarks.labelled_table import LabelledTable, texts
from gennape.spaces import MetaQNN
from gennape.spaces.metaqnn import (
    CONVOLUTIONS,
    DENSE,
    GLOBAL_POOL,
    POOLS,
    MetaQNNArchitecture,
)

_NAMES = {
    **{f"C({channels},{kernel},1)": name for name, (kernel, channels) in CONVOLUTIONS.items()},
    **{f"P({kernel},{stride})": name for name, (kernel, stride) in POOLS.items()},
    **{f"FC({neurons})": name for name, neurons in DENSE.items()},
    "GAP(10)": GLOBAL_POOL,
}
"""What the family calls the benchmark's layers."""

_CLASSIFIER = "SM(10)"
_DROPOUT = "D("


def parse_chains(table: pa.Table, space: MetaQNN) -> list[Any]:
    """Architectures of the column `architecture`, in the benchmark's own grammar.

    Raises:
        ValueError: A row is no network of the family.
    """
    return [_network(text) for text in texts(table, "architecture")]


def _network(text: str) -> MetaQNNArchitecture:
    """The chain that `[C(64,3,1), P(2,2), D(1,1), SM(10)]` describes."""
    *inner, last = text.removeprefix("[").removesuffix("]").split(", ")
    layers = [layer for layer in inner if not layer.startswith(_DROPOUT)]
    if last != _CLASSIFIER or not {*layers} <= {*_NAMES}:
        raise ValueError(
            f"{text!r} is no chain of layers such as [C(64,3,1), P(2,2), D(1,1), SM(10)]"
        )
    return MetaQNNArchitecture(tuple(_NAMES[layer] for layer in layers))


TABLES = {
    "metaqnn": LabelledTable(
        "metaqnn_cifar10.parquet",
        "metaqnn",
        parse_chains,
        ("cifar10_valid_last", "cifar10_valid_best"),
    )
}
