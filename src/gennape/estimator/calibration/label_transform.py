"""Label transform: from accuracies to what predictors learn, and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from gennape.estimator.config import Label
from gennape.estimator.stored_values import StoredValues
from gennape.utils.array_types import FloatArray
from gennape.utils.errors import GennapeError, one_line

_SMALLEST_DEVIATION = 1e-12


@dataclass(frozen=True)
class LabelTransform:
    """Label transform fitted on one family.

    With label "flops", `y = Z(A / (log10(F + 1) + 1))`, Z the standardisation within the
    family (GENNAPE, section 4), and back: `A = (y * sd + mean) * (log10(F + 1) + 1)`.
    A network about which nothing is known, y = 0, is then ranked by its FLOPs.

    Attributes:
        label: Which label.
        mean: Of the label before standardisation.
        deviation: Likewise its standard deviation.
    """

    label: Label
    mean: float
    deviation: float

    @classmethod
    def fit(cls, label: Label, accuracies: FloatArray, log_macs: FloatArray) -> "LabelTransform":
        """Fit to a family's accuracies and log10(MACs + 1), `(graphs,)`."""
        values = _before_standardisation(label, accuracies, log_macs)
        return cls(label, float(values.mean()), max(float(values.std()), _SMALLEST_DEVIATION))

    @classmethod
    def pooled(cls, transforms: Sequence["LabelTransform"]) -> "LabelTransform":
        """Pool those of several families, whose units may differ.

        Accuracies are then in units of their family's mean label, and the deviation is the
        families' average in this unit.
        """
        if len(transforms) == 1:
            return transforms[0]
        if transforms[0].label == "rank":
            return cls("rank", 0.0, 1.0)
        return cls(
            transforms[0].label,
            1.0,
            float(np.mean([one.deviation / one.mean for one in transforms])),
        )

    @classmethod
    def read(cls, stored: StoredValues) -> "LabelTransform":
        """Take the values of a transform."""
        stored.has_only("label", "mean", "deviation")
        return cls(
            stored.choice("label", get_args(Label)),
            stored.number("mean"),
            stored.number("deviation", _SMALLEST_DEVIATION),
        )

    def apply(self, accuracies: FloatArray, log_macs: FloatArray) -> FloatArray:
        """Transform accuracies, `(graphs,)`: mean 0 and variance 1 on the fitted family."""
        values = _before_standardisation(self.label, accuracies, log_macs)
        return (values - self.mean) / self.deviation

    def invert(self, predictions: FloatArray, log_macs: FloatArray) -> FloatArray:
        """Turn predictions into accuracies (normal scores for "rank"), `(graphs,)`."""
        values = predictions * self.deviation + self.mean
        return values * (log_macs + 1) if self.label == "flops" else values


class LabelError(GennapeError, ValueError):
    """Labels that nothing can be learned from; the message says why."""


def labels_of(accuracies: Any) -> FloatArray:
    """Take accuracies as an array.

    Raises:
        LabelError: They are no numbers.
    """
    try:
        return np.asarray(accuracies, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise LabelError(f"accuracies are numbers, one a network ({one_line(error)})") from error


def standardised_labels(accuracies: FloatArray, networks: int) -> FloatArray:
    """Turn a few labels into normal scores of their ranks, `(networks,)`.

    Raises:
        LabelError: Fewer than two labels, one that is not finite, not as many as
            networks, or all equal.
    """
    if accuracies.shape != (networks,):
        raise LabelError(
            f"{networks} networks need {networks} accuracies, "
            f"not an array of shape {accuracies.shape}"
        )
    if networks < 2:
        raise LabelError(f"fine-tuning needs at least two labelled networks, not {networks}")
    broken = np.flatnonzero(~np.isfinite(accuracies))
    if len(broken):
        raise LabelError(
            f"the accuracy of network {broken[0] + 1} of {networks} is {accuracies[broken[0]]}; "
            "leave out networks without a label"
        )
    if accuracies.min() == accuracies.max():
        raise LabelError("all accuracies are equal; there is nothing to learn from them")
    return _normal_scores(accuracies)


def _normal_scores(values: FloatArray) -> FloatArray:
    """Quantiles of the normal distribution at the ranks of `values`; ties share theirs."""
    # Slow to import, and scoring does not need them.
    from scipy.special import ndtri
    from scipy.stats import rankdata

    scores: FloatArray = ndtri((rankdata(values) - 0.5) / len(values))
    return scores


def _before_standardisation(
    label: Label, accuracies: FloatArray, log_macs: FloatArray
) -> FloatArray:
    if label == "flops":
        return accuracies / (log_macs + 1)
    if label == "rank":
        return _normal_scores(accuracies)
    return accuracies
