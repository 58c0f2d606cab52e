"""What changes of a network change of its accuracy, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gennape.estimator.array_scoring import NetworkEncoding, predict_arrays
from gennape.estimator.errors import EstimatorError
from gennape.estimator.estimator import Estimator
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.accuracy_kernel import statistic_scales
from gennape.estimator.models.accuracy_process import to_percent, to_scale
from gennape.estimator.prediction import Prediction
from gennape.graph import ComputationGraph
from gennape.utils.array_types import BoolArray, FloatArray

_DISTANCES = (0.4, 0.6, 1.0)
_NOISE = (0.86, 1.08, 1.25)
"""Errors of expected differences that nine in ten pairs of networks of one family and one recipe
stay within, up to each distance, predicted by all other families; on the scale of the accuracy
process ("Noise of expected changes" in docs/experiments.md)."""


@dataclass(frozen=True)
class ChangePrediction:
    """Expected changes of top-1 accuracy in points, `(changes,)` each.

    Attributes:
        before: What is expected of the network itself.
        after: What is expected of the changed ones.
        points: By how much top-1 accuracy changes; NaN where that cannot be told.
        low: Lower end of the interval that holds the truth nine times in ten.
        high: Its upper end.
    """

    before: Prediction
    after: Prediction
    points: FloatArray
    low: FloatArray
    high: FloatArray


def predict_changes(
    estimator: Estimator,
    network: ComputationGraph,
    changed: Sequence[ComputationGraph],
    dataset: str | None = None,
    recipe: str | None = None,
) -> ChangePrediction:
    """Predict by how much changes of a network change its accuracy.

    Most of what is wrong with an expected accuracy is wrong with that of a near network too, so
    that a difference is surer than both. It cannot be told where a change leads out of the
    domain of a labelled table, or into it, for then another model judges; nor farther away than
    differences have been measured.

    Args:
        estimator: What predicts.
        network: The network before any change.
        changed: Networks after one change each.
        dataset: As `Estimator.predict` takes it.
        recipe: As `Estimator.predict` takes it.

    Raises:
        EstimatorError: No accuracy can be expected of the network; says why.
    """
    encoding = NetworkEncoding.of(estimator, [network, *changed])
    prediction = predict_arrays(estimator, encoding, dataset, recipe)
    if prediction.scope[0] == "outside":
        raise EstimatorError(f"nothing can be said of changes: {prediction.note[0]}")
    noise = _noise(estimator, encoding.features, prediction)
    level, after = prediction.accuracy[0], to_scale(prediction.accuracy[1:])
    points = np.where(np.isnan(noise), np.nan, to_percent(after) - level)
    places = np.arange(len(prediction))
    return ChangePrediction(
        before=prediction.take(places[:1]),
        after=prediction.take(places[1:]),
        points=points,
        low=to_percent(after - noise) - level,
        high=to_percent(after + noise) - level,
    )


def _noise(estimator: Estimator, features: GraphFeatures, prediction: Prediction) -> FloatArray:
    """Half-widths of intervals of changes on the scale of the process, NaN for unknown ones.

    Near measured networks they are those of measured differences. Elsewhere, and in the domain
    of a table, errors of both networks add up as if they had nothing to do with each other.
    """
    families, _, in_domain = estimator.domain.nearest(features)
    is_same_domain: BoolArray = in_domain[1:] == in_domain[0]
    is_same_domain &= ~in_domain[0] | (families[1:] == families[0])
    half = (to_scale(prediction.accuracy_high) - to_scale(prediction.accuracy_low)) / 2
    noise = np.hypot(half[0], half[1:])
    is_near = np.array([scope in ("near", "measured") for scope in prediction.scope])
    if is_near[0] and not in_domain[0]:
        noise = np.where(is_near[1:], _noise_at(_distances(estimator, features)), noise)
    return np.where(is_same_domain, noise, np.nan)


def _distances(estimator: Estimator, features: GraphFeatures) -> FloatArray:
    """Distances of all others to the first network, `(graphs - 1,)`."""
    if estimator.accuracy is None:  # every network is outside then
        raise EstimatorError("this estimator has learned from no measured networks")
    scaled = estimator.accuracy.process.scaler(features.statistics) * statistic_scales()
    distances: FloatArray = np.linalg.norm(scaled[1:] - scaled[0], axis=1)
    return distances


def _noise_at(distances: FloatArray) -> FloatArray:
    """The noise at each distance, NaN beyond all that were measured."""
    noise: FloatArray = np.array([*_NOISE, np.nan])[np.searchsorted(_DISTANCES, distances)]
    return noise
