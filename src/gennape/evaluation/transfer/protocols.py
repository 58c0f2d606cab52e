"""What is judged, and what may be learned from before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gennape import benchmarks

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
        is_brief: Whether it was measured after a short training, which says how networks begin
            to learn and not where they end: shown, and left out of summaries.
    """

    table: str
    label: str
    title: str
    is_brief: bool = False


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
    Column("nasbench_mr", "imagenet50_1000_top1", "NB-MR ImageNet-50"),
    Column("metaqnn", "cifar10_valid_last", "MetaQNN"),
    Column("vitbench_pit", "cifar100_base_top1", "PiT CIFAR-100"),
    Column("hiaml", "cifar10 test accuracy, 1 epoch", "HiAML, quick", is_brief=True),
    Column("two_path", "cifar10 test accuracy, 1 epoch", "Two-Path, quick", is_brief=True),
    Column("inception", "cifar10 test accuracy, 1 epoch", "Inception, quick", is_brief=True),
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
    "nasbench_mr": "NB-MR",
    "metaqnn": "MetaQNN",
    "vitbench_pit": "ViT-Bench PiT",
    "hiaml": "HiAML, quick",
    "two_path": "Two-Path, quick",
    "inception": "Inception, quick",
}
"""Names of the tables, with what reports call them."""

_NEVER_LEARNED = frozenset(benchmarks.BUNDLED)
"""Few networks, and short trainings of them: they only judge."""

_ALIKE = (frozenset({"ofa_mobilenetv3", "ofa_mobilenetv3_kernel7"}), _NEVER_LEARNED)
"""Tables that are left out together: those of one family, and those that only judge."""


def group_of(table: str) -> frozenset[str]:
    """The tables that are left out with a table, itself among them."""
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
    left_out = group_of(judged) | _NEVER_LEARNED
    return tuple(table for table in readable if table not in left_out)
