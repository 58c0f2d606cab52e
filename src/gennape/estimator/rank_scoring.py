"""Scores of an estimator that has learned ranks within labelled tables alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.models.clustered_predictor import embed_all, predict_all
from gennape.estimator.models.cross_family_ranker import (
    SCORE_PARTS,
    component_scores,
    score_parts,
)
from gennape.utils.array_types import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from gennape.estimator.estimator import Estimator

_KNOWN_SHARE_POWER = 5
"""Without a ranker, the member weight falls with this power of the share of nodes of known kinds
(docs/decisions/0008-out-of-domain-networks.md)."""


def rank_scores(
    estimator: "Estimator", features: GraphFeatures, embeddings: Sequence[FloatArray]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute score, percentile and uncertainty of networks, `(graphs,)` each."""
    calibrator = estimator.calibrator
    nearest, share, in_domain = estimator.domain.nearest(features)
    by_predictors = _predictor_scores(estimator, features, embeddings, nearest, in_domain)
    weight = _member_weight(estimator, share, in_domain)
    by_ranker = _ranker_scores(estimator, features, np.flatnonzero(weight < 1))
    components = np.vstack([by_predictors, by_ranker])
    weights = np.vstack([_shared(weight, len(by_predictors)), _shared(1 - weight, len(by_ranker))])
    score = (weights * components).sum(axis=0)
    spread = (weights * (components - score) ** 2).sum(axis=0)
    variance = spread + calibrator.error_variances(nearest, weight)
    return score, calibrator.percentiles(score), np.sqrt(variance)


def rank_parts(estimator: "Estimator", features: GraphFeatures) -> dict[str, FloatArray]:
    """Split scores into the size prior, what the ranker adds, family and predictors."""
    calibrator = estimator.calibrator
    nearest, share, in_domain = estimator.domain.nearest(features)
    weight = _member_weight(estimator, share, in_domain)
    medians = calibrator.medians(nearest, in_domain)
    embeddings = embed_all(estimator.predictors, features)
    by_predictors = _predictor_scores(estimator, features, embeddings, nearest, in_domain)
    by_ranker = calibrator.part_scores(score_parts(estimator.ranker, features))
    parts = dict(zip(SCORE_PARTS, (1 - weight) * by_ranker, strict=True))
    above = by_predictors.mean(axis=0) - medians
    return parts | {"family": weight * medians, "predictors": weight * above}


def _predictor_scores(
    estimator: "Estimator",
    features: GraphFeatures,
    embeddings: Sequence[FloatArray],
    nearest: IntArray,
    in_domain: BoolArray,
) -> FloatArray:
    """Score by each predictor, `(predictors, graphs)`; see `DomainDetector.nearest`."""
    predictions = predict_all(estimator.predictors, estimator.label_transform, features, embeddings)
    return estimator.calibrator.predictor_scores(predictions, nearest, in_domain)


def _ranker_scores(estimator: "Estimator", features: GraphFeatures, wanted: IntArray) -> FloatArray:
    """Score by each component of the ranker, `(components, graphs)`; zero if not wanted."""
    if not len(wanted):
        return np.zeros((1, len(features)))
    components = component_scores(estimator.ranker, features.take(wanted))
    scores = np.zeros((len(components), len(features)))
    scores[:, wanted] = estimator.calibrator.ranker_scores(components)
    return scores


def _member_weight(estimator: "Estimator", share: FloatArray, in_domain: BoolArray) -> FloatArray:
    """Weight of all predictors together, `(graphs,)`; the rest is the ranker's."""
    if estimator.ranker:
        return in_domain.astype(np.float64)
    out_of_domain = estimator.config.out_of_domain_weight
    if out_of_domain is None:
        return np.ones(len(in_domain))
    return np.where(in_domain, 1.0, out_of_domain * share**_KNOWN_SHARE_POWER)


def _shared(weight: FloatArray, components: int) -> FloatArray:
    """Split one weight evenly, `(graphs,)` to `(components, graphs)`."""
    return np.tile(weight / components, (components, 1))
