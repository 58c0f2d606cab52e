"""Single changes of a network that gain accuracy, or save MACs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import log
from os import PathLike
from typing import Any

import numpy as np

from gennape.estimator import Estimator, Scope
from gennape.estimator.accuracy_scoring import checked_recipe
from gennape.estimator.change_prediction import ChangePrediction, predict_changes
from gennape.estimator.checkpoint import estimator_of
from gennape.frontends import Model, graph_of
from gennape.graph import ComputationGraph
from gennape.graph.node import nodes_of
from gennape.search.graph_space import Edits, GraphSpace
from gennape.search.mutations.words import in_words
from gennape.search.suggestion_text import html_of, text_of
from gennape.utils.progress import ProgressCallback, no_progress

_LEAST_SAVING = 0.01
"""Share of MACs from which less of them is a saving."""
_LEAST_COST, _LEAST_LOSS = 0.01, 0.1
"""Less growth of MACs (its logarithm), and less loss (in points), counts as this much: among
gains that are nearly free, and savings that lose next to nothing, the largest comes first."""


@dataclass(frozen=True)
class Suggestion:
    """A single change of a network.

    Attributes:
        change: As `gennape.search.GraphSpace` writes it, such as `kernel@54=5`.
        words: What it does, in words.
        points: By how many points top-1 accuracy is expected to change.
        points_low: Lower end of the interval that holds the truth nine times in ten.
        points_high: Its upper end.
        accuracy: Expected top-1 accuracy after the change, in percent.
        macs: Multiply-accumulates after the change.
        parameters: Learned parameters after the change.
        macs_change: By how many they change.
        parameters_change: Likewise.
        scope: What the accuracy after the change rests on.
        note: Why it is far, else empty.
        alike: Changes of other places that cost and bring the same.
    """

    change: str
    words: str
    points: float
    points_low: float
    points_high: float
    accuracy: float
    macs: int
    parameters: int
    macs_change: int
    parameters_change: int
    scope: Scope
    note: str
    alike: int


@dataclass(frozen=True, repr=False)
class Suggestions:
    """What to change about a network.

    Attributes:
        model: Name of the network.
        accuracy: Expected top-1 accuracy before any change, in percent.
        accuracy_low: Lower end of the interval that holds the truth nine times in ten.
        accuracy_high: Its upper end.
        macs: Multiply-accumulates before any change.
        parameters: Learned parameters before any change.
        dataset: On which accuracies are expected.
        recipe: By which training.
        tried: How many changes were tried.
        gains: Changes that are sure to gain accuracy, those first that gain most for their MACs.
        savings: Changes that save MACs, those first that save most for what they may lose.
    """

    model: str
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    macs: int
    parameters: int
    dataset: str | None
    recipe: str | None
    tried: int
    gains: tuple[Suggestion, ...]
    savings: tuple[Suggestion, ...]

    def __repr__(self) -> str:
        """Show what to change as a table."""
        return text_of(self)

    def _repr_html_(self) -> str:
        """Show it as HTML, for notebooks."""
        return html_of(self)


def suggest(
    model: Model | ComputationGraph,
    input_shape: Sequence[int] | None = None,
    estimator: Estimator | str | PathLike[str] | None = None,
    *,
    inputs: Any = None,
    dataset: str | None = None,
    recipe: str | None = None,
    top: int = 5,
    report: ProgressCallback = no_progress,
) -> Suggestions:
    """Try every single change of a network and name those that are worth it.

    The changes are those of `gennape.search.GraphSpace`: kernel, width, operation, a block once
    more or left out, a skip connection more or less.

    Args:
        model: A graph, or what `gennape.graph_of` reads.
        input_shape: As `gennape.graph_of` takes it.
        estimator: As `gennape.score` takes it.
        inputs: Instead of `input_shape`, all inputs; see `gennape.graph_of`.
        dataset: Of the expected accuracies, as `Estimator.predict` takes it.
        recipe: Likewise.
        top: How many gains and how many savings are named, at most.
        report: Told how many changes are made.

    Returns:
        Gains of which even the lower end of the interval is one, and savings of MACs; only
        changes whose effect can be told, see `predict_changes`.

    Raises:
        EstimatorError: No accuracy can be expected of the network, says why; or there is no such
            data set or recipe.
    """
    checked_recipe(dataset, recipe)
    if isinstance(model, ComputationGraph):
        network = model
    else:
        network = graph_of(model, input_shape, inputs=inputs)
    space = GraphSpace(network)
    edits = space.neighbours(())
    graphs = []
    for number, edit in enumerate(edits):
        graphs.append(space.graph(edit))
        report("changing", number + 1, len(edits))
    changes = predict_changes(estimator_of(estimator), network, graphs, dataset, recipe)
    judged = _judged(space, edits, graphs, changes)
    gains = [one for one in judged if one.points_low > 0]
    savings = [one for one in judged if -one.macs_change >= _LEAST_SAVING * network.macs]
    return Suggestions(
        model=network.name,
        accuracy=float(changes.before.accuracy[0]),
        accuracy_low=float(changes.before.accuracy_low[0]),
        accuracy_high=float(changes.before.accuracy_high[0]),
        macs=network.macs,
        parameters=network.parameters,
        dataset=changes.before.dataset[0],
        recipe=changes.before.recipe,
        tried=len(edits),
        gains=_distinct(sorted(gains, key=_gain_for_cost, reverse=True))[:top],
        savings=_distinct(sorted(savings, key=_saving_for_loss, reverse=True))[:top],
    )


def _judged(
    space: GraphSpace,
    edits: Sequence[Edits],
    graphs: Sequence[ComputationGraph],
    changes: ChangePrediction,
) -> list[Suggestion]:
    """The changes whose effect can be told."""
    network, nodes = space.network, tuple(nodes_of(space.network))
    return [
        Suggestion(
            change=space.format(edits[i]),
            words=in_words(nodes, edits[i][0]),
            points=float(changes.points[i]),
            points_low=float(changes.low[i]),
            points_high=float(changes.high[i]),
            accuracy=float(changes.after.accuracy[i]),
            macs=graphs[i].macs,
            parameters=graphs[i].parameters,
            macs_change=graphs[i].macs - network.macs,
            parameters_change=graphs[i].parameters - network.parameters,
            scope=changes.after.scope[i],
            note=changes.after.note[i],
            alike=0,
        )
        for i in np.flatnonzero(np.isfinite(changes.points)).tolist()
    ]


def _growth(change: Suggestion) -> float:
    """Logarithm of the growth of MACs."""
    return log(max(change.macs, 1) / max(change.macs - change.macs_change, 1))


def _gain_for_cost(change: Suggestion) -> float:
    return change.points / max(_growth(change), _LEAST_COST)


def _saving_for_loss(change: Suggestion) -> float:
    return -_growth(change) / max(-change.points, _LEAST_LOSS)


def _distinct(changes: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """The first of all changes with the same costs and, as far as is shown, the same effect."""
    groups: dict[tuple[int, int, float], list[Suggestion]] = {}
    for one in changes:
        groups.setdefault((one.macs, one.parameters, round(one.points, 1)), []).append(one)
    return tuple(replace(group[0], alike=len(group) - 1) for group in groups.values())
