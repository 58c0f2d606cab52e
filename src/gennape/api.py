"""The functions that users call: score networks and explain their scores."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from gennape.estimator import Estimator, Neighbour, Prediction, Scope, load
from gennape.frontends import Model
from gennape.frontends.network_list import NetworkList, UnreadNetwork, read_networks


@dataclass(frozen=True)
class NetworkScore:
    """Score and expected accuracy of one network, beside its costs.

    Attributes:
        model: The file or name it was read from.
        score: Higher is better, in standard deviations of the reference population.
        percentile: Share of the reference population that it beats, 0 to 100.
        uncertainty: Standard deviation of the truth around the score, in its unit.
        macs: Multiply-accumulates for one input.
        parameters: Learned parameters.
        unknown_operations: Functions outside the vocabulary and how many nodes hold each.
        complete: Whether all work is counted; else MACs and parameters are lower bounds.
        accuracy: Expected top-1 accuracy in percent; None exactly where the scope is "outside".
        accuracy_low: Lower end of the interval that holds the truth nine times in ten, or None.
        accuracy_high: Its upper end, or None.
        measured: Accuracy that was measured of this very network, in percent, if it was.
        scope: What the accuracy rests on: "measured", "near", "far" or "outside".
        note: Why the network is far or outside, else empty.
        dataset: On which the accuracy is expected; None if the estimator predicts none.
        recipe: By which training, likewise.
        neighbours: The nearest measured networks, three at most.
    """

    model: str
    score: float
    percentile: float
    uncertainty: float
    macs: int
    parameters: int
    unknown_operations: dict[str, int]
    complete: bool
    accuracy: float | None
    accuracy_low: float | None
    accuracy_high: float | None
    measured: float | None
    scope: Scope
    note: str
    dataset: str | None
    recipe: str | None
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True)
class ScoreTable:
    """Scored networks, best first, and those that could not be read, in the order given."""

    scored: tuple[NetworkScore, ...]
    failed: tuple[UnreadNetwork, ...]


@dataclass(frozen=True)
class ScoreParts(NetworkScore):
    """Score of one network, and the parts that it is the sum of.

    Attributes:
        family: The labelled table in whose domain it is, or None where it is out of domain.
        parts: Share of each part in the score, by its name; see `Estimator.explain`.
    """

    family: str | None
    parts: dict[str, float]


@dataclass(frozen=True)
class ExplanationTable:
    """Explained networks, best first, and those that could not be read, in the order given."""

    explained: tuple[ScoreParts, ...]
    failed: tuple[UnreadNetwork, ...]


def score(
    models: Model | Iterable[Model],
    input_shape: Sequence[int] | None = None,
    estimator: Estimator | None = None,
    *,
    inputs: Any = None,
    backbone: bool = False,
    dataset: str | None = None,
    recipe: str | None = None,
) -> ScoreTable:
    """Score networks in any form that `graph_of` reads, and folders of network files.

    Args:
        models: Files, folders (searched recursively for `.onnx` and `.pt2`), names, modules; or
            one of them.
        input_shape: Sizes of one input for modules, names and files that leave them open.
        estimator: The bundled one unless given.
        inputs: Instead of `input_shape`, all inputs; see `gennape.graph_of`.
        backbone: Whether each network is judged by its backbone, for detectors and segmentation;
            see `gennape.graph.backbone.backbone`.
        dataset: Of the expected accuracies, as `Estimator.predict` takes it.
        recipe: Likewise.

    Raises:
        EstimatorError: There is no such data set or recipe.

    Examples:
        >>> import gennape
        >>> table = gennape.score(["hiaml:a22-src0-t31-z", "no-such-network"])
        >>> table.scored[0].model, table.scored[0].macs
        ('hiaml:a22-src0-t31-z', 122130432)
        >>> table.failed[0].model
        'no-such-network'
    """
    networks = read_networks(models, input_shape, inputs=inputs, backbones=backbone)
    scored = _scored(networks, estimator or load(), dataset, recipe)
    return ScoreTable(tuple(sorted(scored, key=lambda one: -one.score)), networks.failed)


def explain(
    models: Model | Iterable[Model],
    input_shape: Sequence[int] | None = None,
    estimator: Estimator | None = None,
    *,
    inputs: Any = None,
    backbone: bool = False,
    dataset: str | None = None,
    recipe: str | None = None,
) -> ExplanationTable:
    """Take scores apart into the parts that they are sums of.

    Args:
        models: As `gennape.score` takes them.
        input_shape: As `gennape.score` takes it.
        estimator: The bundled one unless given.
        inputs: Instead of `input_shape`, all inputs; see `gennape.graph_of`.
        backbone: Whether each network is judged by its backbone, for detectors and segmentation;
            see `gennape.graph.backbone.backbone`.
        dataset: Of the expected accuracies, as `Estimator.predict` takes it.
        recipe: Likewise.

    Raises:
        EstimatorError: There is no such data set or recipe.
    """
    networks = read_networks(models, input_shape, inputs=inputs, backbones=backbone)
    explained = _explained(networks, estimator or load(), dataset, recipe)
    return ExplanationTable(tuple(sorted(explained, key=lambda one: -one.score)), networks.failed)


def _scored(
    networks: NetworkList, estimator: Estimator, dataset: str | None, recipe: str | None
) -> list[NetworkScore]:
    """One score a network, in the order given."""
    graphs = networks.graphs
    if not graphs:
        return []
    prediction = estimator.predict(graphs, dataset, recipe)
    neighbours = estimator.neighbours(graphs, dataset, recipe)
    return [
        _network_score(networks, i, prediction, tuple(neighbours[i])) for i in range(len(graphs))
    ]


def _network_score(
    networks: NetworkList, i: int, prediction: Prediction, neighbours: tuple[Neighbour, ...]
) -> NetworkScore:
    """The score of network number i."""
    graph = networks.graphs[i]
    return NetworkScore(
        model=networks.names[i],
        score=float(prediction.score[i]),
        percentile=float(prediction.percentile[i]),
        uncertainty=float(prediction.uncertainty[i]),
        macs=graph.macs,
        parameters=graph.parameters,
        unknown_operations=graph.unknown_operations,
        complete=graph.complete,
        accuracy=_number(prediction.accuracy[i]),
        accuracy_low=_number(prediction.accuracy_low[i]),
        accuracy_high=_number(prediction.accuracy_high[i]),
        measured=_number(prediction.measured[i]),
        scope=prediction.scope[i],
        note=prediction.note[i],
        dataset=prediction.dataset[i],
        recipe=prediction.recipe,
        neighbours=neighbours,
    )


def _number(value: float) -> float | None:
    """A number, or None for NaN."""
    return float(value) if isfinite(value) else None


def _explained(
    networks: NetworkList, estimator: Estimator, dataset: str | None, recipe: str | None
) -> list[ScoreParts]:
    """One explanation a network, in the order given."""
    scored = _scored(networks, estimator, dataset, recipe)
    if not scored:
        return []
    explanation = estimator.explain(networks.graphs, dataset, recipe)
    return [
        ScoreParts(
            **vars(one),
            family=explanation.families[i],
            parts={part: float(values[i]) for part, values in explanation.parts.items()},
        )
        for i, one in enumerate(scored)
    ]
