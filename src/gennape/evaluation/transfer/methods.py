"""The rows of the transfer test: sizes, baselines, the estimator and its ablations."""

from dataclasses import dataclass, replace

from gennape.estimator import CONFIGS, EstimatorConfig
from gennape.evaluation.transfer.protocols import Protocol


@dataclass(frozen=True)
class Size:
    """A ranking by one number of the network.

    Attributes:
        name: Its name in results, and in `Pool.sizes`.
        title: What reports call it.
    """

    name: str
    title: str


@dataclass(frozen=True)
class Given:
    """A ranking by an estimator that is at hand."""

    name: str
    title: str


@dataclass(frozen=True)
class Trained:
    """A ranking by an estimator that is trained for the test.

    Attributes:
        name: Its name in results.
        title: What reports call it.
        recipe: A key of `CONFIGS`; one member of it is trained.
        quick: Whether it is part of the quick test.
    """

    name: str
    title: str
    recipe: str
    quick: bool = False


Method = Size | Given | Trained

FULL = "estimator"
"""Name of the full estimator under every protocol."""

SIZES = (Size("flops", "FLOPs"), Size("parameters", "parameters"), Size("depth", "depth"))
METHODS: dict[Protocol, tuple[Method, ...]] = {
    "nasbench101": (
        *SIZES,
        Trained("k-gnn", "k-GNN", "k-gnn"),
        Trained("k-gnn-flops", "k-GNN, FLOPs label", "k-gnn-flops"),
        Given(FULL, "full estimator"),
        Trained("default", "one member", "default", quick=True),
        Trained("no-contrastive", "one member, no contrastive", "no-contrastive"),
        Trained("one-cluster", "one member, one cluster", "one-cluster"),
        Trained("hard-clusters", "one member, hard clusters", "hard-clusters"),
        Trained("plain-label", "one member, plain label", "plain-label"),
        Trained("flops-label", "one member, FLOPs label", "flops-label"),
    ),
    "leave-one-out": (
        *SIZES,
        Trained(FULL, "full estimator, one member", "default", quick=True),
        Trained("no-ranker", "one predictor, no ranker", "no-ranker"),
    ),
}
"""Rows of each protocol's tables, in the order of reports."""


@dataclass(frozen=True)
class Scale:
    """How much is judged and trained.

    Attributes:
        networks: Most networks of a table that are judged; None for all.
        rows: About how many networks all families of a training have that are learned
            from; each has as many as the others, where its table has.
        quick: Whether only the methods of the quick test are trained, and briefly.
    """

    networks: int | None
    rows: int
    quick: bool

    def methods(self, protocol: Protocol) -> tuple[Method, ...]:
        """The protocol's rows."""
        return tuple(
            method
            for method in METHODS[protocol]
            if not (self.quick and isinstance(method, Trained) and not method.quick)
        )

    def config(self, method: Trained, families: int) -> EstimatorConfig:
        """One member of the method's recipe, to be trained on so many families."""
        config = CONFIGS[method.recipe]
        rows = max(self.rows // families, _LEAST_ROWS)
        config = replace(config, views=config.views[:1], rows_per_family=rows)
        if not self.quick:
            return config
        return replace(
            config,
            epochs=2,
            head_epochs=min(config.head_epochs, 5),
            ranker_encoders=min(config.ranker_encoders, 1),
            ranker_epochs=1,
        )


_LEAST_ROWS = 60

WHOLE = Scale(None, 6_000, quick=False)
QUICK = Scale(300, 420, quick=True)
