"""Training of the accuracy model: the process, intervals, the place of each family."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from gennape.benchmarks.model_zoo import ModelZoo
from gennape.estimator.accuracy_scoring import placed_calibrator
from gennape.estimator.calibration.intervals import COVERAGE, IntervalCalibrator, conformal_quantile
from gennape.estimator.calibration.score_calibrator import ScoreCalibrator
from gennape.estimator.estimator import Estimator
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.features.statistics import STATISTICS
from gennape.estimator.models.accuracy_kernel import DATASETS, leave_out, row_covariance
from gennape.estimator.models.accuracy_model import (
    OFFERED,
    AccuracyModel,
    ranker_predictions,
    ranker_weight,
)
from gennape.estimator.models.accuracy_process import (
    AccuracyProcess,
    StatisticScaler,
    to_scale,
)
from gennape.estimator.models.clustered_predictor import embed_all, predict_all
from gennape.estimator.models.cross_family_ranker import CrossFamilyRanker, component_scores
from gennape.estimator.training.measured_rows import MeasuredRows, measured_rows
from gennape.estimator.training.training_set import TrainingSet
from gennape.utils.array_types import FloatArray, IntArray
from gennape.utils.progress import ProgressCallback

TABLE_DATASETS: Mapping[str, str] = {
    "nasbench101": "cifar10",
    "nasbench201": "cifar10",
    "nasbench301": "cifar10",
    "ofa_mobilenetv3": "imagenet-1k",
    "ofa_mobilenetv3_kernel7": "imagenet-1k",
}
"""Labelled tables whose accuracies are those of an offered data set, in percent or as shares."""
_HUNDREDTHS = np.linspace(0, 1, 101)


def fit_process(rows: MeasuredRows) -> AccuracyProcess:
    """Fit the process alone, its statistics scaled by the spread among networks."""
    return AccuracyProcess.fit(
        rows.statistics,
        rows.accuracies,
        rows.conditions,
        networks=rows.networks,
        counts=rows.counts,
        scaler=StatisticScaler.fit(rows.features.statistics),
    )


def fit_accuracy_model(rows: MeasuredRows, ranker: CrossFamilyRanker | None) -> AccuracyModel:
    """Fit process, levels of the ranker, intervals and population to measured rows."""
    process = fit_process(rows)
    left_out = left_out_predictions(rows, process, rows.families, knows_recipe=False)
    scores = component_scores(ranker, rows.features).mean(axis=0)[rows.graphs]
    levels = _ranker_levels(rows, scores, left_out)
    by_ranker = ranker_predictions(levels, scores, rows.conditions.dataset)
    return AccuracyModel(process, rows.measured, fit_intervals(rows, process, by_ranker), levels)


def with_accuracies(
    estimator: Estimator,
    zoo: ModelZoo,
    data: TrainingSet,
    labels: Sequence[FloatArray],
    report: ProgressCallback,
) -> Estimator:
    """Add what measured networks teach to an estimator that was trained on labelled tables.

    Args:
        estimator: Trained on `data`.
        zoo: The measured networks.
        data: Networks of all families.
        labels: Accuracies of each family's networks, in any unit.
        report: Told of the progress.
    """
    measured = measured_rows(zoo, estimator.canonical_features, report)
    model = fit_accuracy_model(measured, estimator.ranker)
    features, predictors = data.features, estimator.predictors
    predictions = predict_all(
        predictors, estimator.label_transform, features, embed_all(predictors, features)
    )
    placed, usual = place_families(
        model,
        estimator.ranker,
        estimator.calibrator,
        [features.take(rows) for rows in data.family_rows],
        labels,
        data.names,
        predictions,
    )
    populations = _populations(placed, measured, estimator.ranker, usual)
    return estimator.with_accuracy(placed.with_population(populations))


def left_out_predictions(
    rows: MeasuredRows, process: AccuracyProcess, groups: Sequence[object], *, knows_recipe: bool
) -> FloatArray:
    """Predict each group of rows by all others, on the scale of the process, `(rows,)`."""
    covariances = row_covariance(
        process.support,
        rows.conditions,
        networks=rows.networks,
        counts=rows.counts,
        knows_recipe=knows_recipe,
    )
    targets = to_scale(rows.accuracies)
    return leave_out(covariances, targets - process.level, groups) + process.level


def fit_intervals(
    rows: MeasuredRows, process: AccuracyProcess, by_ranker: FloatArray
) -> IntervalCalibrator:
    """Calibrate intervals by rows predicted without their family, and without their network.

    Args:
        rows: Measured networks.
        process: Fitted to them.
        by_ranker: What the ranker says of each row on the scale of the process, `(rows,)`.
    """
    targets = to_scale(rows.accuracies)
    distances = process.distances(rows.statistics)
    per_network = 1 / np.bincount(rows.networks)[rows.networks]
    errors, nearest = [], []
    for groups in (np.array(rows.families), rows.networks):
        predictions = left_out_predictions(rows, process, list(groups), knows_recipe=False)
        apart = np.where(groups[:, None] == groups[None, :], np.inf, distances).min(axis=1)
        weight = ranker_weight(rows.statistics, apart, rows.conditions.dataset)
        composed = (1 - weight) * predictions + weight * by_ranker
        errors.append(np.abs(composed - targets))
        nearest.append(apart)
    strata = _strata(rows)
    return IntervalCalibrator.fit(
        np.concatenate(errors),
        np.concatenate(nearest),
        np.concatenate([strata, strata]),
        np.concatenate([per_network, per_network]) / 2,
    )


def place_families(
    model: AccuracyModel,
    ranker: CrossFamilyRanker | None,
    calibrator: ScoreCalibrator,
    features: Sequence[GraphFeatures],
    accuracies: Sequence[FloatArray],
    names: Sequence[str],
    predictions: FloatArray,
) -> tuple[AccuracyModel, list[int]]:
    """Place each family's quantiles among accuracies, and calibrate intervals within it.

    A table of an offered data set lies where its accuracies were measured, any other table
    where the model of all kinds has its networks.

    Args:
        model: Fitted to measured networks.
        ranker: The cross-family ranker.
        calibrator: Of the predictors.
        features: Of each family's networks.
        accuracies: Of these, in any unit.
        names: Of the families.
        predictions: Of the predictors for all networks, `(predictors, graphs)`.

    Returns:
        The model, and the usual data set of each family.
    """
    placed = np.zeros((len(OFFERED), len(names), len(_HUNDREDTHS)))
    own = []
    for family, (part, labels, name) in enumerate(zip(features, accuracies, names, strict=True)):
        for dataset in range(len(OFFERED)):
            datasets = np.full(len(part), dataset)
            values, _, _ = model.predict(part, ranker, datasets, "typical")
            placed[dataset, family] = np.quantile(values, _HUNDREDTHS)
        usual = int(np.bincount(model.usual_datasets(part.statistics)).argmax())
        if name in TABLE_DATASETS:
            usual = DATASETS.index(TABLE_DATASETS[name])
            percent = labels * 100 if labels.max() <= 1 else labels
            placed[usual, family] = np.quantile(to_scale(percent), _HUNDREDTHS)
        own.append(usual)
    rising = placed + 1e-9 * np.arange(len(_HUNDREDTHS))
    widths = _family_widths(calibrator, rising, own, accuracies, predictions)
    return replace(model, placed=rising, family_widths=widths), own


def _populations(
    model: AccuracyModel,
    rows: MeasuredRows,
    ranker: CrossFamilyRanker | None,
    usual: Sequence[int],
) -> list[tuple[FloatArray, FloatArray]]:
    """For each data set predictions and weights: measured networks, then families, a half each."""
    populations = []
    first_hand = rows.conditions.more_data == 0
    for dataset in range(len(OFFERED)):
        chosen = np.flatnonzero(first_hand & (rows.conditions.dataset == dataset))
        _, first = np.unique(rows.networks[chosen], return_index=True)
        chosen = chosen[first]
        datasets = np.full(len(chosen), dataset)
        features = rows.features.take(rows.graphs[chosen])
        measured, _, _ = model.predict(features, ranker, datasets, "typical")
        families = [family for family, one in enumerate(usual) if one == dataset]
        placed = model.placed[dataset, families].ravel()
        weights = [np.full(len(part), 0.5 / max(len(part), 1)) for part in (measured, placed)]
        populations.append((np.concatenate([measured, placed]), np.concatenate(weights)))
    return populations


def _family_widths(
    calibrator: ScoreCalibrator,
    placed: FloatArray,
    datasets: Sequence[int],
    accuracies: Sequence[FloatArray],
    predictions: FloatArray,
) -> FloatArray:
    """Half-widths that nine in ten training networks of each family stay within."""
    ends = np.cumsum([0, *(len(labels) for labels in accuracies)])
    widths = []
    for family, (labels, dataset) in enumerate(zip(accuracies, datasets, strict=True)):
        rows = slice(ends[family], ends[family + 1])
        everywhere, known = np.full(len(labels), family), np.ones(len(labels), dtype=bool)
        here = placed_calibrator(calibrator, placed[dataset])
        values = here.predictor_scores(predictions[:, rows], everywhere, known).mean(axis=0)
        ranks = (np.argsort(np.argsort(labels, kind="stable")) + 0.5) / len(labels)
        truth = np.interp(ranks, _HUNDREDTHS, placed[dataset, family])
        errors = np.abs(values - truth)
        widths.append(conformal_quantile(errors, np.ones(len(labels)), COVERAGE))
    return np.array(widths)


def _ranker_levels(rows: MeasuredRows, scores: FloatArray, predictions: FloatArray) -> FloatArray:
    """Intercept, slope and middle of predictions on the ranker's scores, for each data set."""
    levels = []
    for dataset in range(len(DATASETS)):
        here = rows.conditions.dataset == dataset
        slope, intercept = np.polyfit(scores[here], predictions[here], 1)
        levels.append([intercept, slope, scores[here].mean()])
    return np.array(levels)


def _strata(rows: MeasuredRows) -> IntArray:
    """Number the kind of each row's prediction, see `intervals.STRATA`, `(rows,)`."""
    attention = rows.statistics[:, STATISTICS.index("count_matmul")] > 0
    strata = np.where(rows.conditions.dataset > 0, 2, attention.astype(np.int64))
    return np.where(rows.conditions.more_data > 0, 3, strata)
