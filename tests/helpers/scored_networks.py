"""Scores of made-up networks, one of each scope."""

from dataclasses import replace

from gennape.api import NetworkScore, ScoreParts
from helpers.accuracy_doubles import NEIGHBOUR

NEAR = NetworkScore(
    model="near",
    score=0.51,
    percentile=75.46,
    uncertainty=0.19,
    macs=1814073344,
    parameters=11689512,
    unknown_operations={},
    complete=True,
    accuracy=79.06,
    accuracy_low=77.24,
    accuracy_high=80.76,
    measured=None,
    scope="near",
    note="",
    dataset="imagenet-1k",
    recipe="typical",
    neighbours=(NEIGHBOUR,),
)
MEASURED = replace(NEAR, model="measured", scope="measured", measured=80.12)
FAR = replace(NEAR, model="far", scope="far", note="nothing is like it")
OUTSIDE = replace(
    NEAR,
    model="outside",
    scope="outside",
    note="it has two inputs",
    accuracy=None,
    accuracy_low=None,
    accuracy_high=None,
    neighbours=(),
)
UNJUDGED = replace(
    OUTSIDE, model="unjudged", note="it knows no accuracies", dataset=None, recipe=None
)


def explained(one: NetworkScore, **parts: float) -> ScoreParts:
    """A score with its parts."""
    return ScoreParts(**vars(one), family=None, parts=parts)
