"""Scores of made-up networks, one of each scope."""

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from gennape.estimator import NetworkScore, PredictionTable, ScoreParts
from gennape.frontends.network_list import UnreadNetwork
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


def table_of(*rows: NetworkScore, failed: Sequence[UnreadNetwork] = ()) -> PredictionTable:
    """A table of rows."""
    columns = {}
    for name in (field.name for field in fields(NetworkScore) if field.name != "neighbours"):
        values = [getattr(row, name) for row in rows]
        is_text = name in ("model", "scope", "note", "dataset", "recipe", "unknown_operations")
        kind = object if is_text else bool if name == "complete" else float
        columns[name] = np.array(values, dtype=kind)
    return PredictionTable(columns, lambda places: [rows[i].neighbours for i in places], failed)
