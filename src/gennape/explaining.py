"""Explain the scores of a mixed list of networks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gennape.estimator import Estimator, load
from gennape.frontends import Model
from gennape.reading import Failure, Networks, read_networks


@dataclass(frozen=True)
class Explained:
    """What the score of one network is the sum of.

    Attributes:
        model: The file or name it was read from.
        score: As `gennape.score` gives it.
        family: The labelled table whose networks it is like, or None where it is foreign.
        parts: What each part adds to the score, by its name; see `Estimator.explain`.
    """

    model: str
    score: float
    family: str | None
    parts: dict[str, float]


@dataclass(frozen=True)
class Explanations:
    """Explained networks, best first, and those that could not be read, in the order given."""

    explained: tuple[Explained, ...]
    failed: tuple[Failure, ...]


def explain(
    models: Model | Iterable[Model],
    input_shape: Sequence[int] | None = None,
    estimator: Estimator | None = None,
) -> Explanations:
    """Take scores apart.

    Args:
        models: As `gennape.score` takes them.
        input_shape: As `gennape.score` takes it.
        estimator: The bundled one unless given.
    """
    networks = read_networks(models, input_shape)
    return Explanations(_explained(networks, estimator or load()), networks.failed)


def _explained(networks: Networks, estimator: Estimator) -> tuple[Explained, ...]:
    """One explanation a network, best first."""
    if not networks.graphs:
        return ()
    explanation = estimator.explain(networks.graphs)
    explained = []
    for i, name in enumerate(networks.names):
        parts = {part: float(values[i]) for part, values in explanation.parts.items()}
        family = explanation.families[i]
        explained.append(Explained(name, sum(parts.values()), family, parts))
    return tuple(sorted(explained, key=lambda one: -one.score))
