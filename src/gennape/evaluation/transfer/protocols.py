"""What is judged, and what may be learned from before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Protocol = Literal["nasbench101", "leave-one-out"]

PROTOCOLS: dict[Protocol, str] = {
    "nasbench101": "trained on NAS-Bench-101 only",
    "leave-one-out": "trained on every other family",
}
"""Protocols with what they mean; the first is the paper's."""

TRAINED_ON: dict[Protocol, str] = {"nasbench101": "nasbench101"}


@dataclass(frozen=True)
class Column:
    """One label of one family.

    Attributes:
        table: Name of the labelled table.
        label: Its column.
        title: What reports call it.
    """

    table: str
    label: str
    title: str


COLUMNS = (
    Column("nasbench101", "valid_accuracy_108", "NB-101"),
    Column("nasbench201", "cifar10_test_accuracy_200", "NB-201 CIFAR-10"),
    Column("nasbench201", "cifar100_test_accuracy_200", "NB-201 CIFAR-100"),
    Column("nasbench201", "imagenet16_120_test_accuracy_200", "NB-201 ImageNet16"),
    Column("nasbench301", "surrogate_valid_accuracy", "NB-301"),
    Column("ofa_mobilenetv3", "imagenet_top1", "OFA-MBv3"),
    Column("ofa_mobilenetv3_kernel7", "imagenet_top1", "OFA-MBv3 kernel 7"),
    Column("accel_nasbench", "imagenet_top1", "Accel-NASBench"),
    Column("transnas_micro", "class_object", "TransNAS micro object"),
    Column("transnas_micro", "class_scene", "TransNAS micro scene"),
    Column("transnas_macro", "class_object", "TransNAS macro object"),
    Column("transnas_macro", "class_scene", "TransNAS macro scene"),
)

FAMILIES = {
    "nasbench101": "NB-101",
    "nasbench201": "NB-201",
    "nasbench301": "NB-301",
    "ofa_mobilenetv3": "OFA-MBv3",
    "ofa_mobilenetv3_kernel7": "OFA-MBv3 kernel 7",
    "accel_nasbench": "Accel-NASBench",
    "transnas_micro": "TransNAS micro",
    "transnas_macro": "TransNAS macro",
}
"""Names of the tables, with what reports call them."""

_ALIKE = (frozenset({"ofa_mobilenetv3", "ofa_mobilenetv3_kernel7"}),)
"""Tables of one family: they are left out together."""


def group_of(table: str) -> frozenset[str]:
    """The tables of the same family, `table` among them."""
    return next((group for group in _ALIKE if table in group), frozenset({table}))


def training_tables(protocol: Protocol, judged: str, readable: Sequence[str]) -> tuple[str, ...]:
    """The tables that may be learned from when `judged` is judged.

    Args:
        protocol: Which protocol.
        judged: The table whose networks are ranked.
        readable: The tables there are.
    """
    if protocol in TRAINED_ON:
        return (TRAINED_ON[protocol],)
    return tuple(table for table in readable if table not in group_of(judged))
