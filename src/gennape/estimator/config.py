"""Recipes of estimators: every part is a switch."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

from gennape.estimator.stored_values import StoredValues

EncoderName = Literal["message-passing", "k-gnn"]
Label = Literal["flops", "accuracy", "rank"]
Readout = Literal["mean", "sum", "mean and sum"]

_MOST_MODELS, _MOST_ROUNDS = 100, 1_000_000


@dataclass(frozen=True)
class EncoderView:
    """Readout and features of one encoder; predictors that differ err differently.

    Attributes:
        readout: How node embeddings become one graph embedding.
        paths: Whether nodes know how many convolutions lie on the paths to them.
    """

    readout: Readout
    paths: bool

    @property
    def readouts(self) -> list[str]:
        """Single readouts; an embedding has those of all, one after another."""
        return self.readout.split(" and ")

    @classmethod
    def read(cls, stored: StoredValues) -> "EncoderView":
        """Take the values of a view."""
        stored.has_only("readout", "paths")
        return cls(stored.choice("readout", get_args(Readout)), stored.flag("paths"))


@dataclass(frozen=True)
class EstimatorConfig:
    """Recipe of an estimator.

    Attributes:
        encoder: "message-passing", or "k-gnn" for the paper's baseline.
        views: One for each predictor of the ensemble.
        label: "flops" for the FLOPs-aware label, "accuracy" for the plain one, "rank" for
            normal scores of the accuracy's rank.
        contrastive_epochs: Rounds of contrastive pretraining; 0 leaves it out.
        contrastive_temperature: t of the contrastive loss.
        similarity_temperature: Temperature of the structural similarity.
        clusters: Number of fuzzy clusters and heads; 1 is a single head.
        fuzzifier: m of fuzzy c-means, above 1.
        ranker_encoders: Number of encoders of the cross-family ranker, where there are several
            families; it ranks networks out of domain, see `DomainDetector`.
        ranker_epochs: Rounds of their training, of 60 steps each.
        out_of_domain_weight: Without a ranker, member weight of a network out of domain, times
            the fifth power of the share of its nodes of known kinds; the rest of the score is
            the size prior. From 0 to 1, or None for the predictors alone everywhere.
        width: Numbers a node, and an embedding for each of its readouts.
        layers: Rounds of message passing.
        dropout: Share of hidden numbers set to zero while training.
        epochs: Rounds of supervised training of encoder and head.
        head_epochs: Rounds of training of the clusters' heads.
        batch_size: Graphs a step.
        learning_rate: Highest learning rate of the one-cycle schedule.
        floor_quantile: Accuracies below this quantile count as that quantile, so that a few
            networks that failed to train do not set the scale.
        rows_per_family: Most labelled networks of one family that are learned from; None
            for all.
    """

    encoder: EncoderName = "message-passing"
    views: tuple[EncoderView, ...] = (EncoderView("sum", paths=True),) * 2
    label: Label = "rank"
    contrastive_epochs: int = 1
    contrastive_temperature: float = 0.1
    similarity_temperature: float = 0.05
    clusters: int = 8
    fuzzifier: float = 1.3
    ranker_encoders: int = 2
    ranker_epochs: int = 5
    out_of_domain_weight: float | None = 0.5
    width: int = 48
    layers: int = 3
    dropout: float = 0.05
    epochs: int = 5
    head_epochs: int = 20
    batch_size: int = 128
    learning_rate: float = 3e-3
    floor_quantile: float = 0.02
    rows_per_family: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def read(cls, stored: StoredValues) -> "EstimatorConfig":
        """Take the values that `to_json` wrote.

        Raises:
            ValueError: One is missing, unknown, or out of its limits; names it.
        """
        stored.has_only(*(field.name for field in fields(cls)))
        is_weighted, is_limited = map(stored.has, ("out_of_domain_weight", "rows_per_family"))
        return cls(
            encoder=stored.choice("encoder", get_args(EncoderName)),
            views=tuple(EncoderView.read(one) for one in stored.parts("views", 1, _MOST_MODELS)),
            label=stored.choice("label", get_args(Label)),
            contrastive_epochs=stored.integer("contrastive_epochs", 0, _MOST_ROUNDS),
            contrastive_temperature=stored.number("contrastive_temperature", 1e-6, 1e6),
            similarity_temperature=stored.number("similarity_temperature", 1e-6, 1e6),
            clusters=stored.integer("clusters", 1, 1_000),
            fuzzifier=stored.number("fuzzifier", 1 + 1e-6, 100),
            ranker_encoders=stored.integer("ranker_encoders", 0, _MOST_MODELS),
            ranker_epochs=stored.integer("ranker_epochs", 0, _MOST_ROUNDS),
            out_of_domain_weight=stored.number("out_of_domain_weight", 0, 1)
            if is_weighted
            else None,
            width=stored.integer("width", 1, 10_000),
            layers=stored.integer("layers", 1, 1_000),
            dropout=stored.number("dropout", 0, 0.999),
            epochs=stored.integer("epochs", 0, _MOST_ROUNDS),
            head_epochs=stored.integer("head_epochs", 0, _MOST_ROUNDS),
            batch_size=stored.integer("batch_size", 1, _MOST_ROUNDS),
            learning_rate=stored.number("learning_rate", 0, 1_000),
            floor_quantile=stored.number("floor_quantile", 0, 1),
            rows_per_family=stored.integer("rows_per_family", 1, 10**12) if is_limited else None,
        )


DEFAULT = EstimatorConfig()

_K_GNN = EstimatorConfig(
    encoder="k-gnn",
    views=(EncoderView("mean", paths=False),),
    label="accuracy",
    contrastive_epochs=0,
    clusters=1,
    ranker_encoders=0,
    out_of_domain_weight=None,
    width=32,
    layers=6,
    dropout=0.0,
    batch_size=32,
    learning_rate=1e-4,
    epochs=12,  # of the authors' 40, to keep the baseline affordable
    head_epochs=0,
)

CONFIGS: dict[str, EstimatorConfig] = {
    "default": DEFAULT,
    "no-contrastive": replace(DEFAULT, contrastive_epochs=0),
    "one-cluster": replace(DEFAULT, clusters=1),
    "no-ranker": replace(DEFAULT, ranker_encoders=0),
    "hard-clusters": replace(DEFAULT, fuzzifier=1.01),
    "flops-label": replace(DEFAULT, label="flops"),
    "plain-label": replace(DEFAULT, label="accuracy"),
    "k-gnn": _K_GNN,
    "k-gnn-flops": replace(_K_GNN, label="flops"),
}
"""Recipes by name: the default, its ablations, and the paper's baseline with either label."""
