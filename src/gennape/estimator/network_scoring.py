"""Networks in any form into tables of predictions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gennape.estimator.accuracy_scoring import checked_recipe
from gennape.estimator.array_scoring import (
    NetworkEncoding,
    explain_arrays,
    nearest_networks,
    predict_arrays,
)
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.measured_networks import Neighbour
from gennape.estimator.prediction import Explanation, Prediction
from gennape.estimator.prediction_table import Column, ExplanationTable, PredictionTable
from gennape.frontends.network_list import Networks, UnreadNetwork, read_networks
from gennape.frontends.reading_options import ReadingOptions
from gennape.graph import ComputationGraph
from gennape.utils.array_types import IntArray

if TYPE_CHECKING:
    from gennape.estimator.estimator import Estimator


_CONDITIONS = ("dataset", "recipe")


class PredictionOptions(ReadingOptions, total=False):
    """Keywords of `Estimator.predict`, beside `input_shape`.

    Attributes:
        dataset: Of the expected accuracies.
        recipe: Of the training that is expected.
    """

    dataset: str | None
    recipe: str | None


@dataclass(frozen=True)
class _Networks:
    """Networks that were read, or of which features are known alone.

    Attributes:
        names: What each is called.
        graphs: Each; None where only features are known.
        failed: Those that could not be read.
        encoding: What the estimator reads of them.
    """

    names: Sequence[str]
    graphs: Sequence[ComputationGraph] | None
    failed: Sequence[UnreadNetwork]
    encoding: NetworkEncoding

    @classmethod
    def read(
        cls,
        estimator: "Estimator",
        networks: Networks | GraphFeatures,
        input_shape: Sequence[int] | None,
        reading: ReadingOptions,
    ) -> "_Networks":
        if isinstance(networks, GraphFeatures):
            names = [f"network {place}" for place in range(len(networks))]
            return cls(names, None, (), NetworkEncoding.of(estimator, networks))
        found = read_networks(networks, input_shape, **reading)
        encoding = NetworkEncoding.of(estimator, found.graphs)
        return cls(found.names, found.graphs, found.failed, encoding)


def predicted(
    estimator: "Estimator",
    networks: Networks | GraphFeatures,
    input_shape: Sequence[int] | None,
    options: PredictionOptions,
) -> PredictionTable:
    """Predict as `Estimator.predict` does."""
    dataset, recipe, reading = _parts_of(options)
    known = _Networks.read(estimator, networks, input_shape, reading)
    columns, nearest = _predicted(estimator, known, dataset, recipe)
    return PredictionTable(columns, nearest, known.failed)


def explained(
    estimator: "Estimator",
    networks: Networks | GraphFeatures,
    input_shape: Sequence[int] | None,
    options: PredictionOptions,
) -> ExplanationTable:
    """Explain as `Estimator.explain` does."""
    dataset, recipe, reading = _parts_of(options)
    known = _Networks.read(estimator, networks, input_shape, reading)
    columns, nearest = _predicted(estimator, known, dataset, recipe)
    explanation = explain_arrays(estimator, known.encoding, dataset, recipe)
    return ExplanationTable(columns | explanation_columns(explanation), nearest, known.failed)


def _predicted(
    estimator: "Estimator", known: _Networks, dataset: str | None, recipe: str | None
) -> tuple[dict[str, Column], Callable[[IntArray], list[list[Neighbour]]]]:
    """The columns of predictions, and what finds the neighbours of some rows."""
    prediction = predict_arrays(estimator, known.encoding, dataset, recipe)
    columns = prediction_columns(known.names, prediction, known.graphs)
    return columns, partial(_nearest, estimator, known.encoding.features, dataset, recipe)


def _parts_of(options: PredictionOptions) -> tuple[str | None, str | None, ReadingOptions]:
    """The data set and the recipe, checked, and what is said of the networks."""
    checked_recipe(options.get("dataset"), options.get("recipe"))
    reading: Any = {name: value for name, value in options.items() if name not in _CONDITIONS}
    return options.get("dataset"), options.get("recipe"), reading


def _nearest(
    estimator: "Estimator",
    features: GraphFeatures,
    dataset: str | None,
    recipe: str | None,
    places: IntArray,
) -> list[list[Neighbour]]:
    """The nearest measured networks of some places."""
    return nearest_networks(estimator, features.take(places), dataset, recipe)


def prediction_columns(
    models: Sequence[str], prediction: Prediction, graphs: Sequence[ComputationGraph] | None
) -> dict[str, Column]:
    """Lay out predictions as the columns of a table, `(networks,)` each.

    Args:
        models: What each network is called.
        prediction: Of each.
        graphs: Each, for its costs; None where only features are known.
    """
    count = len(models)
    return {
        "model": _objects(models),
        "score": prediction.score,
        "percentile": prediction.percentile,
        "uncertainty": prediction.uncertainty,
        "accuracy": prediction.accuracy,
        "accuracy_low": prediction.accuracy_low,
        "accuracy_high": prediction.accuracy_high,
        "measured": prediction.measured,
        **(_unknown_costs(count) if graphs is None else _costs(graphs)),
        "scope": _objects(prediction.scope),
        "note": _objects(prediction.note),
        "dataset": _objects(prediction.dataset),
        "recipe": _objects([prediction.recipe] * count),
    }


def explanation_columns(explanation: Explanation) -> dict[str, Column]:
    """Lay out parts and families as columns that a table has beside those of predictions."""
    parts = {f"part_{name}": values for name, values in explanation.parts.items()}
    return {"family": _objects(explanation.families), **parts}


def _costs(graphs: Sequence[ComputationGraph]) -> dict[str, Column]:
    return {
        "macs": np.array([graph.macs for graph in graphs], dtype=np.int64),
        "parameters": np.array([graph.parameters for graph in graphs], dtype=np.int64),
        "complete": np.array([graph.complete for graph in graphs], dtype=bool),
        "unknown_operations": _objects([graph.unknown_operations for graph in graphs]),
    }


def _unknown_costs(count: int) -> dict[str, Column]:
    unknown = np.full(count, np.nan)
    return {
        "macs": unknown,
        "parameters": unknown,
        "complete": np.ones(count, dtype=bool),
        "unknown_operations": _objects([{}] * count),
    }


def _objects(values: Sequence[Any]) -> Column:
    """An array of texts, dictionaries or None; numpy would make more of a list of lists."""
    column = np.empty(len(values), dtype=object)
    column[:] = list(values)
    return column
