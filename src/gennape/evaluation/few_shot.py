"""What an estimator makes of many networks after it has learned a few labels of theirs."""

from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.estimator.calibration.label_transform import standardised_labels
from gennape.estimator.few_shot.few_shot_features import FewShotFeatures
from gennape.estimator.few_shot.few_shot_gp import FewShotGP

Array = npt.NDArray[np.floating[Any]]
Rows = npt.NDArray[np.int64]

DRAWS = (0, 1, 2, 3, 4)
"""Seeds of the labelled networks that are drawn."""


def draw(networks: int, labels: int, seed: int) -> tuple[Rows, Rows]:
    """Which networks' labels are given, and all the rest, on which the ranking is judged."""
    order = np.random.default_rng(seed).permutation(networks)
    return order[:labels], order[labels:]


def after_labels(networks: FewShotFeatures, given: Rows, accuracies: Array, rest: Rows) -> Array:
    """Scores of the networks `rest` by an estimator fine-tuned on the networks `given`.

    The same as `Estimator.fine_tune` and then `predict`, without embedding anything again.

    Raises:
        LabelError: Nothing can be learned from the accuracies, see `Estimator.fine_tune`.
    """
    targets = standardised_labels(accuracies, len(given))
    adapter = FewShotGP.fit(networks.take(given), targets)
    return adapter.predict(networks.take(rest))[0]
