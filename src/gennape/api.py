"""The functions that users call: score networks and explain their scores."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gennape.estimator import Estimator, load
from gennape.frontends import Model
from gennape.frontends.network_list import NetworkList, UnreadNetwork, read_networks


@dataclass(frozen=True)
class NetworkScore:
    """Score of one network, beside its costs.

    Attributes:
        model: The file or name it was read from.
        score: Higher is better, in standard deviations of the reference population.
        percentile: Share of the reference population that it beats, 0 to 100.
        uncertainty: Standard deviation of the truth around the score, in its unit.
        macs: Multiply-accumulates for one input.
        parameters: Learned parameters.
        unknown_operations: Functions outside the vocabulary and how many nodes hold each.
        complete: Whether all work is counted; else MACs and parameters are lower bounds.
    """

    model: str
    score: float
    percentile: float
    uncertainty: float
    macs: int
    parameters: int
    unknown_operations: dict[str, int]
    complete: bool = True


@dataclass(frozen=True)
class ScoreTable:
    """Scored networks, best first, and those that could not be read, in the order given."""

    scored: tuple[NetworkScore, ...]
    failed: tuple[UnreadNetwork, ...]


@dataclass(frozen=True)
class ScoreParts:
    """Parts that the score of one network is the sum of.

    Attributes:
        model: The file or name it was read from.
        score: As `gennape.score` gives it.
        family: The labelled table in whose domain it is, or None where it is out of domain.
        parts: Share of each part in the score, by its name; see `Estimator.explain`.
        complete: Whether all work of the network is counted; else the score is of a lower bound.
    """

    model: str
    score: float
    family: str | None
    parts: dict[str, float]
    complete: bool = True


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
) -> ScoreTable:
    """Score networks in any form that `graph_of` reads, and folders of network files.

    Args:
        models: Files, folders (searched recursively for `.onnx` and `.pt2`), names, modules; or
            one of them.
        input_shape: Sizes of one input for modules, names and files that leave them open.
        estimator: The bundled one unless given.
        inputs: Instead of `input_shape`, all inputs; see `gennape.graph_of`.

    Examples:
        >>> import gennape
        >>> table = gennape.score(["hiaml:a22-src0-t31-z", "no-such-network"])
        >>> table.scored[0].model, table.scored[0].macs
        ('hiaml:a22-src0-t31-z', 122130432)
        >>> table.failed[0].model
        'no-such-network'
    """
    networks = read_networks(models, input_shape, inputs=inputs)
    return ScoreTable(_scored(networks, estimator or load()), networks.failed)


def explain(
    models: Model | Iterable[Model],
    input_shape: Sequence[int] | None = None,
    estimator: Estimator | None = None,
    *,
    inputs: Any = None,
) -> ExplanationTable:
    """Take scores apart into the parts that they are sums of.

    Args:
        models: As `gennape.score` takes them.
        input_shape: As `gennape.score` takes it.
        estimator: The bundled one unless given.
        inputs: As `gennape.score` takes them.
    """
    networks = read_networks(models, input_shape, inputs=inputs)
    return ExplanationTable(_explained(networks, estimator or load()), networks.failed)


def _scored(networks: NetworkList, estimator: Estimator) -> tuple[NetworkScore, ...]:
    """One score a network, best first."""
    if not networks.graphs:
        return ()
    prediction = estimator.predict(networks.graphs)
    scores = [
        NetworkScore(
            model=name,
            score=float(prediction.score[i]),
            percentile=float(prediction.percentile[i]),
            uncertainty=float(prediction.uncertainty[i]),
            macs=graph.macs,
            parameters=graph.parameters,
            unknown_operations=graph.unknown_operations,
            complete=graph.complete,
        )
        for i, (name, graph) in enumerate(zip(networks.names, networks.graphs, strict=True))
    ]
    return tuple(sorted(scores, key=lambda scored: -scored.score))


def _explained(networks: NetworkList, estimator: Estimator) -> tuple[ScoreParts, ...]:
    """One explanation a network, best first."""
    if not networks.graphs:
        return ()
    explanation = estimator.explain(networks.graphs)
    explained = []
    for i, name in enumerate(networks.names):
        parts = {part: float(values[i]) for part, values in explanation.parts.items()}
        family = explanation.families[i]
        complete = networks.graphs[i].complete
        explained.append(ScoreParts(name, sum(parts.values()), family, parts, complete))
    return tuple(sorted(explained, key=lambda one: -one.score))
