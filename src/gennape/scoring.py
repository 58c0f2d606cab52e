"""Score a mixed list of networks; one that cannot be read does not harm the others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from os import PathLike
from os.path import isdir
from pathlib import Path

from gennape.estimator import Estimator, load
from gennape.frontends import Model, graph_of
from gennape.graph import ComputationGraph

MODEL_FILES = (".onnx", ".pt2")
"""Endings of the files that a folder is searched for."""


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
class Failure:
    """A network that could not be scored, and why in one sentence."""

    model: str
    error: str


@dataclass(frozen=True)
class Scores:
    """Scored networks, best first, and those that failed, in the order given."""

    scored: tuple[Score, ...]
    failed: tuple[Failure, ...]


def score(
    models: Iterable[Model],
    input_shape: Sequence[int] | None = None,
    estimator: Estimator | None = None,
) -> Scores:
    """Score networks in any form that `graph_of` reads, and folders of network files.

    Args:
        models: Files, folders (searched recursively for `.onnx` and `.pt2`), names, modules.
        input_shape: Sizes of one input for networks that do not state them.
        estimator: The bundled one unless given.
    """
    names: list[str] = []
    graphs: list[ComputationGraph] = []
    failed: list[Failure] = []
    for model in chain.from_iterable(map(_files_in, models)):
        name = str(model) if isinstance(model, str | PathLike) else type(model).__name__
        try:
            graphs.append(graph_of(model, input_shape))
            names.append(name)
        except Exception as error:  # whatever is wrong with one network must not harm the others
            failed.append(Failure(name, _reason(error)))
    return Scores(_score_graphs(names, graphs, estimator or load()), tuple(failed))


def _score_graphs(
    names: list[str], graphs: list[ComputationGraph], estimator: Estimator
) -> tuple[Score, ...]:
    """One score a graph, best first."""
    if not graphs:
        return ()
    prediction = estimator.predict(graphs)
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
        for i, (name, graph) in enumerate(zip(names, graphs, strict=True))
    ]
    return tuple(sorted(scores, key=lambda scored: -scored.score))


def _files_in(model: Model) -> list[Model]:
    """The network files of a folder; anything else stands for itself."""
    if not isinstance(model, str | PathLike) or not isdir(model):
        return [model]
    files = sorted(path for path in Path(model).rglob("*") if path.suffix in MODEL_FILES)
    return list(files) or [model]


def _reason(error: Exception) -> str:
    """The error as one line; errors that are not about the input say what they are."""
    message = " ".join(str(error).split())
    expected = isinstance(error, ValueError | OSError | ImportError)
    return message if expected and message else f"{type(error).__name__}: {message}"
