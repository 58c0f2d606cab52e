"""Score a mixed list of networks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gennape.estimator import Estimator, load
from gennape.frontends import Model
from gennape.reading import Failure, Networks, read_networks


@dataclass(frozen=True)
class Score:
    """What the estimator says of one network, beside what the network costs.

    Attributes:
        model: The file or name it was read from.
        score: Higher is better, in standard deviations of the reference population.
        percentile: Share of the reference population that it beats, 0 to 100.
        uncertainty: How far the truth may be from the score, a standard deviation in its unit.
        macs: Multiply-accumulates for one input.
        parameters: Learned parameters.
        unknown_operations: Functions outside the vocabulary and how many nodes hold each.
    """

    model: str
    score: float
    percentile: float
    uncertainty: float
    macs: int
    parameters: int
    unknown_operations: dict[str, int]


@dataclass(frozen=True)
class Scores:
    """Scored networks, best first, and those that could not be read, in the order given."""

    scored: tuple[Score, ...]
    failed: tuple[Failure, ...]


def score(
    models: Model | Iterable[Model],
    input_shape: Sequence[int] | None = None,
    estimator: Estimator | None = None,
) -> Scores:
    """Score networks in any form that `graph_of` reads, and folders of network files.

    Args:
        models: Files, folders (searched recursively for `.onnx` and `.pt2`), names, modules; or
            one of them.
        input_shape: Sizes of one input for modules, names and files that leave them open.
        estimator: The bundled one unless given.
    """
    networks = read_networks(models, input_shape)
    return Scores(_scored(networks, estimator or load()), networks.failed)


def _scored(networks: Networks, estimator: Estimator) -> tuple[Score, ...]:
    """One score a network, best first."""
    if not networks.graphs:
        return ()
    prediction = estimator.predict(networks.graphs)
    scores = [
        Score(
            model=name,
            score=float(prediction.score[i]),
            percentile=float(prediction.percentile[i]),
            uncertainty=float(prediction.uncertainty[i]),
            macs=graph.macs,
            parameters=graph.parameters,
            unknown_operations=graph.unknown_operations,
        )
        for i, (name, graph) in enumerate(zip(networks.names, networks.graphs, strict=True))
    ]
    return tuple(sorted(scores, key=lambda scored: -scored.score))
