"""What the transfer test compares: labelled tables, what is learned before, and methods."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gennape import benchmarks
from gennape.estimator import CONFIGS, EstimatorConfig

Protocol = Literal["nasbench101", "leave-one-out"]

PROTOCOLS: dict[Protocol, str] = {
    "nasbench101": "trained on NAS-Bench-101 only",
    "leave-one-out": "trained on every other family",
}
"""Protocols with their titles; the first is the paper's."""


@dataclass(frozen=True)
class Column:
    """One label of one family: a column of the report's tables.

    Attributes:
        table: Name of the labelled table.
        label: Name of the label.
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

TABLES = tuple(dict.fromkeys(column.table for column in COLUMNS))
"""Names of the labelled tables."""

_NEVER_LEARNED = frozenset(benchmarks.BUNDLED)
"""Tables of few networks and short trainings: they are ranked, and never learned from."""

_LEFT_OUT_TOGETHER = (frozenset({"ofa_mobilenetv3", "ofa_mobilenetv3_kernel7"}), _NEVER_LEARNED)


FULL = "estimator"
"""Name of the full estimator under every protocol."""

SIZES = {"flops": "FLOPs", "parameters": "parameters", "depth": "depth"}
"""Sizes of a network that rank it, with their titles."""

QUICK_NETWORKS = 300
"""Most networks of a table that are ranked in a quick test."""

_ROWS, _QUICK_ROWS, _LEAST_ROWS = 6_000, 420, 60
"""Networks that all families of a training have together, and the least that each has."""


@dataclass(frozen=True)
class RankingMethod:
    """One row of the report's tables.

    Attributes:
        name: Its name in results.
        title: What reports call it.
        recipe: A key of `CONFIGS`, of which one predictor is trained; None where nothing is.
        quick: Whether it is part of the quick test.
    """

    name: str
    title: str
    recipe: str | None = None
    quick: bool = False


_BY_SIZE = tuple(RankingMethod(name, title, quick=True) for name, title in SIZES.items())

METHODS: dict[Protocol, tuple[RankingMethod, ...]] = {
    "nasbench101": (
        *_BY_SIZE,
        RankingMethod("k-gnn", "k-GNN", "k-gnn"),
        RankingMethod("k-gnn-flops", "k-GNN, FLOPs label", "k-gnn-flops"),
        RankingMethod(FULL, "full estimator", quick=True),
        RankingMethod("default", "one predictor", "default", quick=True),
        RankingMethod("no-contrastive", "one predictor, no contrastive", "no-contrastive"),
        RankingMethod("one-cluster", "one predictor, one cluster", "one-cluster"),
        RankingMethod("hard-clusters", "one predictor, hard clusters", "hard-clusters"),
        RankingMethod("plain-label", "one predictor, plain label", "plain-label"),
        RankingMethod("flops-label", "one predictor, FLOPs label", "flops-label"),
    ),
    "leave-one-out": (
        *_BY_SIZE,
        RankingMethod(FULL, "full estimator, one predictor", "default", quick=True),
        RankingMethod("no-ranker", "one predictor, no ranker", "no-ranker"),
    ),
}
"""Rows of each protocol's tables, in the order of reports."""


def group_of(table: str, protocol: Protocol = "leave-one-out") -> frozenset[str]:
    """Return the tables that are ranked after the same training as a table, itself among them."""
    if protocol == "nasbench101":
        return frozenset(TABLES)
    return next((group for group in _LEFT_OUT_TOGETHER if table in group), frozenset({table}))


def training_tables(protocol: Protocol, ranked: str, readable: Sequence[str]) -> tuple[str, ...]:
    """Return the tables that may be learned from before `ranked` is ranked.

    Args:
        protocol: The protocol.
        ranked: The table whose networks are ranked.
        readable: The tables that can be read.
    """
    if protocol == "nasbench101":
        return tuple(table for table in readable if table == "nasbench101")
    left_out = group_of(ranked) | _NEVER_LEARNED
    return tuple(table for table in readable if table not in left_out)


def training_config(recipe: str, families: int, quick: bool) -> EstimatorConfig:
    """Return one predictor of a recipe, each of whose families has as many training networks.

    Args:
        recipe: A key of `CONFIGS`.
        families: How many tables are learned from.
        quick: Whether the training is brief.
    """
    config = CONFIGS[recipe]
    rows = max((_QUICK_ROWS if quick else _ROWS) // families, _LEAST_ROWS)
    config = replace(config, views=config.views[:1], rows_per_family=rows)
    if not quick:
        return config
    return replace(
        config,
        epochs=2,
        head_epochs=min(config.head_epochs, 5),
        ranker_encoders=min(config.ranker_encoders, 1),
        ranker_epochs=1,
    )
