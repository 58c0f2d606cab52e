"""Accuracy model: the accuracy process near measured networks, the cross-family ranker far away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gennape.estimator.calibration.intervals import IntervalCalibrator
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.features.statistics import STATISTICS
from gennape.estimator.models.accuracy_kernel import DATASETS, Recipe
from gennape.estimator.models.accuracy_process import AccuracyProcess, to_percent
from gennape.estimator.models.cross_family_ranker import CrossFamilyRanker, component_scores
from gennape.estimator.models.measured_networks import MeasuredNetworks
from gennape.utils.array_types import FloatArray, IntArray

OFFERED = DATASETS[:3]
"""Data sets whose accuracies are predicted."""
PLACES = 101
"""Evenly spaced quantiles of a population."""

_RAMP = {"imagenet-1k": (0.4, 0.6)}
_RAMP_OF_SMALL_IMAGES = (0.2, 0.4)
"""Distances between which the ranker takes over; earlier where images are small, for few networks
were measured on them."""
_MOST_RANKER = 0.75
_RANKER_SLOPE = 1.25
"""Largest weight of the ranker, and its slope in units of that among measured networks. All four
were chosen so that families left out, real and of NAS, lose least (docs/experiments.md)."""
_SMALL_SIDE_LOG = 6.0
"""Logarithm (base 2) of the largest side of images that count as small."""
_INPUT_SIDE = STATISTICS.index("log_input_side")
_ATTENTION = STATISTICS.index("count_matmul")


@dataclass(frozen=True)
class AccuracyModel:
    """What is known of accuracies of networks of every kind.

    Attributes:
        process: Fitted to measured networks.
        measured: The rows of the process.
        intervals: Half-widths by distance.
        ranker_levels: Intercept and slope of the process on the ranker's score over the measured
            networks of each data set, and the mean of that score, `(data sets, 3)`.
        centres: Mean of the predictions for the population of each data set: half of it are
            measured networks, half the families of the training set, `(data sets,)`.
        deviations: Likewise their standard deviation.
        quantiles: Likewise their scores at 101 evenly spaced quantiles, `(data sets, 101)`.
        placed: Predictions at 101 quantiles of each family of the training set, for each data
            set, `(data sets, families, 101)`.
        family_widths: Half-widths of intervals inside each family, `(families,)`.
    """

    process: AccuracyProcess
    measured: MeasuredNetworks
    intervals: IntervalCalibrator
    ranker_levels: FloatArray
    centres: FloatArray = field(default_factory=lambda: np.zeros(len(OFFERED)))
    deviations: FloatArray = field(default_factory=lambda: np.ones(len(OFFERED)))
    quantiles: FloatArray = field(default_factory=lambda: np.zeros((len(OFFERED), PLACES)))
    placed: FloatArray = field(default_factory=lambda: np.zeros((len(OFFERED), 0, PLACES)))
    family_widths: FloatArray = field(default_factory=lambda: np.zeros(0))

    def usual_datasets(self, statistics: FloatArray) -> IntArray:
        """Choose the data set by the input's size: CIFAR-10 up to 64 pixels, else ImageNet."""
        is_small = statistics[:, _INPUT_SIDE] <= _SMALL_SIDE_LOG + 1e-6
        return np.where(is_small, DATASETS.index("cifar10"), DATASETS.index("imagenet-1k"))

    def predict(
        self,
        features: GraphFeatures,
        ranker: CrossFamilyRanker | None,
        datasets: IntArray,
        recipe: Recipe,
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Predict accuracies of networks of any kind.

        Args:
            features: Networks.
            ranker: Ranks networks far from measured ones.
            datasets: Index into `DATASETS`, `(graphs,)`.
            recipe: How they are trained.

        Returns:
            On the scale of `to_scale`: predictions, and those of the process alone; distances
            to the nearest measured network; `(graphs,)` each.
        """
        by_process = self.process.predict(features.statistics, datasets, recipe)
        nearest = self.process.distances(features.statistics).min(axis=1, initial=np.inf)
        weight = ranker_weight(features.statistics, nearest, datasets)
        by_ranker = by_process.copy()
        far = np.flatnonzero(weight > 0)
        if len(far):
            scores = component_scores(ranker, features.take(far)).mean(axis=0)
            by_ranker[far] = ranker_predictions(self.ranker_levels, scores, datasets[far])
            if recipe != "typical":
                typical = self.process.predict(features.statistics[far], datasets[far], "typical")
                by_ranker[far] += by_process[far] - typical
        return (1 - weight) * by_process + weight * by_ranker, by_process, nearest

    def nearest_rows(
        self, statistics: FloatArray, datasets: IntArray
    ) -> tuple[IntArray, IntArray, FloatArray]:
        """Find the nearest measured networks of each network, on the same data set.

        Args:
            statistics: Of the networks, `(graphs, statistics)`.
            datasets: Index into `DATASETS`, `(graphs,)`.

        Returns:
            Number of the network, row of a measured one, and their distance, each `(pairs,)`;
            ordered by network, and by distance.
        """
        distances = self.process.distances(statistics)
        rows = [
            self.measured.nearest(one, dataset)
            for one, dataset in zip(distances, datasets.tolist(), strict=True)
        ]
        graphs = np.repeat(np.arange(len(rows)), [len(found) for found in rows])
        pairs = np.concatenate(rows)
        return graphs, pairs, distances[graphs, pairs]

    def scores(self, predictions: FloatArray, datasets: IntArray) -> FloatArray:
        """Express predictions in deviations of the population of their data set."""
        scores: FloatArray = (predictions - self.centres[datasets]) / self.deviations[datasets]
        return scores

    def percentiles(self, scores: FloatArray, datasets: IntArray) -> FloatArray:
        """Compute the share of the data set's population that scores lower, 0 to 100."""
        shares = np.linspace(0, 100, self.quantiles.shape[1])
        percentiles = np.zeros(len(scores))
        for dataset in np.unique(datasets):
            here = datasets == dataset
            percentiles[here] = np.interp(scores[here], self.quantiles[dataset], shares)
        return percentiles

    def strata(self, statistics: FloatArray, datasets: IntArray, recipe: Recipe) -> IntArray:
        """Number the kind of each prediction, see `intervals.STRATA`, `(graphs,)`."""
        attention = (statistics[:, _ATTENTION] > 0).astype(np.int64)
        strata = np.where(datasets > 0, 2, attention)
        return np.where(recipe == "more-data", 3, strata)

    def with_population(
        self, populations: Sequence[tuple[FloatArray, FloatArray]]
    ) -> "AccuracyModel":
        """Take the populations that scores are relative to.

        Args:
            populations: For each offered data set predictions on the scale of the process, and
                their weights, `(networks,)` each.
        """
        centres, deviations, quantiles = [], [], []
        for values, weights in populations:
            shares = weights / weights.sum()
            centre = float(shares @ values)
            deviation = float(np.sqrt(shares @ (values - centre) ** 2))
            order = np.argsort(values, kind="stable")
            below = np.cumsum(shares[order]) - shares[order] / 2
            scores = (values[order] - centre) / deviation
            centres.append(centre)
            deviations.append(deviation)
            quantiles.append(np.interp(np.linspace(0, 1, PLACES), below, scores))
        return replace(
            self,
            centres=np.array(centres),
            deviations=np.array(deviations),
            quantiles=np.array(quantiles),
        )

    def bounds(self, predictions: FloatArray, widths: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Compute the ends of intervals in percent, `(graphs,)` each."""
        return to_percent(predictions - widths), to_percent(predictions + widths)


def ranker_predictions(levels: FloatArray, scores: FloatArray, datasets: IntArray) -> FloatArray:
    """Put the ranker's scores on the scale of the process, `(graphs,)`.

    Args:
        levels: See `AccuracyModel`, `(data sets, 3)`.
        scores: Of the ranker, `(graphs,)`.
        datasets: Index into `DATASETS`, `(graphs,)`.
    """
    intercept, slope, middle = levels[datasets].T
    put: FloatArray = intercept + slope * (middle + _RANKER_SLOPE * (scores - middle))
    return put


def ranker_weight(statistics: FloatArray, nearest: FloatArray, datasets: IntArray) -> FloatArray:
    """Compute the ranker's weight by the distance to measured networks, `(graphs,)`.

    It has none for networks with attention, of which it has learned too little.

    Args:
        statistics: Of networks, `(graphs, statistics)`.
        nearest: Distance to the nearest measured network, `(graphs,)`.
        datasets: Index into `DATASETS`, `(graphs,)`.
    """
    ramps: Mapping[int, tuple[float, float]] = {
        index: _RAMP.get(name, _RAMP_OF_SMALL_IMAGES) for index, name in enumerate(DATASETS)
    }
    low, high = np.array([ramps[int(dataset)] for dataset in datasets]).reshape(-1, 2).T
    weight: FloatArray = _MOST_RANKER * np.clip((nearest - low) / (high - low), 0, 1)
    return np.where(statistics[:, _ATTENTION] > 0, 0.0, weight)
