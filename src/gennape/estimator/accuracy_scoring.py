"""Accuracies and scores of an estimator that has learned from measured networks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gennape.estimator.calibration.score_calibrator import ScoreCalibrator
from gennape.estimator.errors import EstimatorError
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.features.image_classifier import OUTSIDE_NOTES
from gennape.estimator.models.accuracy_kernel import DATASETS, RECIPES, Recipe
from gennape.estimator.models.accuracy_model import OFFERED, AccuracyModel
from gennape.estimator.models.accuracy_process import to_percent
from gennape.estimator.models.attribution import GROUPS, waterfall
from gennape.estimator.models.clustered_predictor import embed_all, predict_all
from gennape.estimator.prediction import Prediction, Scope
from gennape.utils.array_types import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from gennape.estimator.estimator import Estimator

NEAR = 0.45
"""Distance up to which a network is near measured ones: of nine in ten measured networks one of
another family is within it (docs/experiments.md)."""
_FAR_NOTE = "no measured network is like it"
_NINE_IN_TEN = 1.645
"""Half-width of an interval that holds nine in ten, in standard deviations."""


@dataclass(frozen=True)
class PredictionConditions:
    """Data set of each network, and the recipe of all.

    Attributes:
        datasets: Index into `DATASETS`, `(graphs,)`.
        recipe: The recipe.
    """

    datasets: IntArray
    recipe: Recipe

    @classmethod
    def of(
        cls,
        model: AccuracyModel,
        statistics: FloatArray,
        dataset: str | None,
        recipe: str | None,
    ) -> "PredictionConditions":
        """Check names of a data set and a recipe, and choose those that are not given.

        Raises:
            EstimatorError: There is no such data set or recipe.
        """
        known = checked_recipe(dataset, recipe)
        if dataset is None:
            return cls(model.usual_datasets(statistics), known)
        return cls(np.full(len(statistics), DATASETS.index(dataset)), known)


def checked_recipe(dataset: str | None, recipe: str | None) -> Recipe:
    """Check names of a data set and a recipe, before networks are read; return the recipe.

    Raises:
        EstimatorError: There is no such data set or recipe.
    """
    if dataset is not None and dataset not in OFFERED:
        raise EstimatorError(f"no data set {dataset!r}; give one of {', '.join(OFFERED)}")
    for known in RECIPES:
        if known == (recipe or "typical"):
            return known
    raise EstimatorError(f"no recipe {recipe!r}; give one of {', '.join(RECIPES)}")


@dataclass(frozen=True)
class _Composed:
    """Predictions on the scale of the accuracy process, and how they came about."""

    values: FloatArray
    widths: FloatArray
    by_process: FloatArray
    nearest: FloatArray
    families: IntArray
    medians: FloatArray


def predict_accuracies(
    estimator: "Estimator",
    features: GraphFeatures,
    embeddings: Sequence[FloatArray],
    fingerprints: Sequence[str],
    conditions: PredictionConditions,
) -> Prediction:
    """Predict scores and accuracies of networks of any kind.

    Args:
        estimator: One with an accuracy model.
        features: Networks.
        embeddings: By each predictor.
        fingerprints: Of those that may be measured networks, else empty.
        conditions: Data sets and recipe.
    """
    model = _model(estimator)
    datasets, recipe = conditions.datasets, conditions.recipe
    measured = np.array(
        [
            model.measured.measured(fingerprint, int(dataset), recipe)
            for fingerprint, dataset in zip(fingerprints, datasets, strict=True)
        ]
    )
    composed = _compose(estimator, features, embeddings, conditions, np.isfinite(measured))
    score = model.scores(composed.values, datasets)
    low, high = model.bounds(composed.values, composed.widths)
    accuracy = to_percent(composed.values)
    scopes, notes = _scopes(features.outside, composed, measured)
    outside = features.outside > 0
    for values in (accuracy, low, high):
        values[outside] = np.nan
    return Prediction(
        score=score,
        percentile=model.percentiles(score, datasets),
        uncertainty=composed.widths / _NINE_IN_TEN / model.deviations[datasets],
        accuracy=accuracy,
        accuracy_low=low,
        accuracy_high=high,
        measured=measured,
        scope=scopes,
        note=notes,
        dataset=[DATASETS[int(dataset)] for dataset in datasets],
        recipe=recipe,
    )


def accuracy_parts(
    estimator: "Estimator",
    features: GraphFeatures,
    conditions: PredictionConditions,
    is_measured: BoolArray,
) -> dict[str, FloatArray]:
    """Split scores into groups of statistics, the ranker, family and predictors.

    The groups lead from the mean of the measured networks, `average`, to the network; `ranker`
    is what the cross-family ranker changes far from measured networks. Networks of a known
    family have the place of its median, `family`, and what the `predictors` add to it.
    """
    model = _model(estimator)
    datasets, recipe = conditions.datasets, conditions.recipe
    embeddings = embed_all(estimator.predictors, features)
    composed = _compose(estimator, features, embeddings, conditions, is_measured)
    scale, known = model.deviations[datasets], composed.families >= 0
    start = np.tile(model.process.scaler.mean, (len(features), 1))
    average, changes = waterfall(model.process, start, features.statistics, datasets, recipe)
    parts: dict[str, FloatArray] = {"average": (average - model.centres[datasets]) / scale}
    parts |= dict(zip(GROUPS, changes / scale, strict=True))
    parts["ranker"] = (composed.values - composed.by_process) / scale
    parts = {name: np.where(known, 0.0, values) for name, values in parts.items()}
    medians = np.where(known, model.scores(composed.medians, datasets), 0.0)
    scores = model.scores(composed.values, datasets)
    return parts | {"family": medians, "predictors": np.where(known, scores - medians, 0.0)}


def _model(estimator: "Estimator") -> AccuracyModel:
    if estimator.accuracy is None:
        raise EstimatorError("this estimator has learned from no measured networks")
    return estimator.accuracy


def _compose(
    estimator: "Estimator",
    features: GraphFeatures,
    embeddings: Sequence[FloatArray],
    conditions: PredictionConditions,
    is_measured: BoolArray,
) -> _Composed:
    """Predict by predictors in the domains of their families, else by the model of all kinds."""
    model, datasets = _model(estimator), conditions.datasets
    families, _, in_domain = estimator.domain.nearest(features)
    in_domain &= ~is_measured  # its own measurement says more than its family's
    values, widths, by_process, medians, nearest = np.zeros((5, len(features)))
    others = np.flatnonzero(~in_domain)
    if len(others):
        part, of_others = features.take(others), datasets[others]
        values[others], by_process[others], nearest[others] = model.predict(
            part, estimator.ranker, of_others, conditions.recipe
        )
        strata = model.strata(part.statistics, of_others, conditions.recipe)
        widths[others] = model.intervals.half_widths(nearest[others], strata)
    if in_domain.any():
        placed = _placed(estimator, features, embeddings, families, in_domain, datasets)
        shift = _recipe_shift(model, features, conditions, in_domain)
        values[in_domain] = placed[in_domain] + shift
        medians[in_domain] = model.placed[datasets, families][in_domain, 50] + shift
        widths[in_domain] = model.family_widths[families[in_domain]]
    return _Composed(
        values, widths, by_process, nearest, np.where(in_domain, families, -1), medians
    )


def _placed(
    estimator: "Estimator",
    features: GraphFeatures,
    embeddings: Sequence[FloatArray],
    families: IntArray,
    in_domain: BoolArray,
    datasets: IntArray,
) -> FloatArray:
    """Place the predictors' mean score where their family lies, `(graphs,)`."""
    model = _model(estimator)
    predictions = predict_all(estimator.predictors, estimator.label_transform, features, embeddings)
    placed = np.zeros(len(features))
    for dataset in np.unique(datasets[in_domain]):
        here = np.flatnonzero(in_domain & (datasets == dataset))
        calibrator = placed_calibrator(estimator.calibrator, model.placed[dataset])
        placed[here] = calibrator.predictor_scores(
            predictions[:, here], families[here], in_domain[here]
        ).mean(axis=0)
    return placed


def placed_calibrator(calibrator: ScoreCalibrator, placed: FloatArray) -> ScoreCalibrator:
    """Replace where a calibrator puts each family's quantiles, `(families, 101)`."""
    return replace(calibrator, placed=np.vstack([placed, calibrator.placed[-1:]]))


def _recipe_shift(
    model: AccuracyModel,
    features: GraphFeatures,
    conditions: PredictionConditions,
    in_domain: BoolArray,
) -> FloatArray:
    """What a recipe changes for networks of known families, by the accuracy process."""
    rows = np.flatnonzero(in_domain)
    if conditions.recipe == "typical":
        return np.zeros(len(rows))
    statistics, datasets = features.statistics[rows], conditions.datasets[rows]
    told = model.process.predict(statistics, datasets, conditions.recipe)
    return told - model.process.predict(statistics, datasets, "typical")


def _scopes(
    outside: IntArray, composed: _Composed, measured: FloatArray
) -> tuple[list[Scope], list[str]]:
    """Scope and note of each network."""
    is_near = (composed.families >= 0) | (composed.nearest <= NEAR)
    scopes: list[Scope] = []
    notes: list[str] = []
    for reason, near, value in zip(outside, is_near, measured, strict=True):
        if reason:
            scopes.append("outside")
        elif np.isfinite(value):
            scopes.append("measured")
        else:
            scopes.append("near" if near else "far")
        notes.append(OUTSIDE_NOTES[reason] or ("" if near else _FAR_NOTE))
    return scopes, notes
