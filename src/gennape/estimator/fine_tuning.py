"""Adapt an estimator to a family from a few labels."""

from collections.abc import Sequence
from copy import deepcopy

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gennape.estimator.encoder import EncoderInput
from gennape.estimator.estimator import Estimator, assembled
from gennape.estimator.graph_features import GraphFeatures
from gennape.estimator.member import Member
from gennape.estimator.targets import Target
from gennape.estimator.training import Plan, train
from gennape.graph import ComputationGraph
from gennape.graph.arrays import IntArray

_EPOCHS = 60
_LEARNING_RATE = 2e-3
_BATCH = 16


class LabelCountError(ValueError):
    """Too few labels, or not as many as networks."""


def fine_tuned(
    estimator: Estimator,
    graphs: Sequence[ComputationGraph],
    accuracies: npt.NDArray[np.float64],
    seed: int,
) -> Estimator:
    """A new estimator trained further on some labelled networks; see `Estimator.fine_tune`.

    The labels are standardised within the given networks, features that the first
    training never varied may speak now, and every member trains encoder and heads on all
    labels. Scores are relative to the given networks afterwards.
    """
    _check(len(graphs), accuracies)
    features = estimator.features(graphs)
    target = Target.fit(estimator.config.label, accuracies, features.log_macs)
    encoded = torch.from_numpy(target.encode(accuracies, features.log_macs).astype(np.float32))
    members = [
        _trained(member, features, encoded, seed * 100 + index)
        for index, member in enumerate(estimator.members)
    ]
    familiarity = estimator.familiarity.extended(features.kinds)
    return assembled(estimator.config, members, target, familiarity, features)


def _trained(member: Member, features: GraphFeatures, targets: Tensor, seed: int) -> Member:
    tuned = deepcopy(member)
    tuned.encoder.widen_scaler(torch.from_numpy(features.nodes))

    def loss(rows: IntArray) -> Tensor:
        predictions: Tensor = tuned(EncoderInput.of(features.take(rows)))
        return (predictions - targets[rows]).square().mean()

    train(tuned, loss, len(features), Plan("", _EPOCHS, _BATCH, _LEARNING_RATE, seed))
    return tuned


def _check(graphs: int, accuracies: npt.NDArray[np.float64]) -> None:
    if accuracies.shape != (graphs,):
        raise LabelCountError(
            f"{graphs} networks need as many accuracies, not an array of shape {accuracies.shape}"
        )
    if graphs < 2:
        raise LabelCountError(f"fine-tuning needs at least two labelled networks, not {graphs}")
    broken = np.flatnonzero(~np.isfinite(accuracies))
    if len(broken):
        raise ValueError(
            f"the accuracy of network {broken[0] + 1} of {graphs} is {accuracies[broken[0]]}; "
            "remove networks without a label"
        )
    if np.ptp(accuracies) == 0:
        raise ValueError("all accuracies are equal; there is nothing to learn from them")
