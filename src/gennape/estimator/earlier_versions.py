"""Checkpoints of earlier format versions, in the terms of today's."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gennape.utils.array_types import AnyArray

READABLE = (2, 3)
"""Earlier format versions that can be read."""

_KEYS = {
    "target": "label_transform",
    "generalists": "ranker_encoders",
    "reference": "calibrator",
    "generalist_epochs": "ranker_epochs",
    "foreign_trust": "out_of_domain_weight",
    "joints": "edge_kinds",
    "kinds": "node_kinds",
    "general_deviation": "ranker_deviation",
}
"""Names in descriptions of version 2 and what became of them, at any depth."""
_WEIGHTS = {
    "member": "predictor",
    "generalist": "ranker",
    "walks": "moments",
    "adapter": "few_shot",
}
"""Likewise the first words of the names of weights."""


def in_current_terms(value: Any) -> Any:
    """Name what a description or config of version 2 says as later ones do."""
    if isinstance(value, Mapping):
        return {_KEYS.get(key, key): in_current_terms(inner) for key, inner in value.items()}
    return [in_current_terms(inner) for inner in value] if isinstance(value, list) else value


def current_description(description: dict[str, Any], version: int) -> dict[str, Any]:
    """Say what a description of an earlier version says as today's does."""
    named = in_current_terms(description) if version == 2 else description
    return {"measured": None, **named}


def current_weights(weights: Mapping[str, AnyArray]) -> dict[str, AnyArray]:
    """Name weights as today, whichever version wrote them.

    Before version 4 a few-shot process stored the precision of its labels, of which it now stores
    a root, and its support in float64.

    Raises:
        numpy.linalg.LinAlgError: The precision is none.
    """
    named = {}
    for name, value in weights.items():
        first, _, rest = name.partition(".")
        rest = rest.replace("walks.", "neighbour_moments.") if first == "adapter" else rest
        named[f"{_WEIGHTS.get(first, first)}.{rest}"] = value
    precision = named.pop("few_shot.precision", None)
    if precision is not None:
        named["few_shot.root"] = np.linalg.cholesky(precision)
        for name, value in named.items():
            if name.startswith("few_shot.") and name.endswith(".support"):
                named[name] = value.astype(np.float32)
    return named
