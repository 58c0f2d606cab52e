"""Objectives and constraints of a search."""

import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite

import numpy as np

from gennape.proxies.registry import GRAPH_PROXIES
from gennape.proxies.registry import names as proxy_names
from gennape.reports.numbers import with_unit
from gennape.search.candidate import Candidate, SearchError
from gennape.search.pareto import nsga2_order
from gennape.utils.array_types import FloatArray

COSTS = ("macs", "parameters", "depth")
"""Metrics of which less is better."""

METRICS = ("score", "accuracy", *GRAPH_PROXIES)
"""Everything that can be an objective or have a bound."""

_COUNTS = ("macs", "parameters")
_FIGURES = 4
_RELATIONS = {"<=": operator.le, ">=": operator.ge}
_UNITS = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_CONSTRAINT = re.compile(r"(\w+)\s*(<=|>=)\s*(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*([kMGT]?)")


@dataclass(frozen=True)
class Objective:
    """Metric to improve.

    Attributes:
        metric: One of `METRICS`.
        higher_is_better: Whether it is to grow.
    """

    metric: str
    higher_is_better: bool

    def __post_init__(self) -> None:
        _check(self.metric)

    @classmethod
    def of(cls, metric: str) -> "Objective":
        """Make the objective of a metric's name: costs are to shrink, anything else to grow.

        Raises:
            SearchError: There is no such metric; suggests near names.
        """
        return cls(metric, metric not in COSTS)


@dataclass(frozen=True)
class Constraint:
    """Bound that every candidate keeps.

    Attributes:
        metric: One of `METRICS`.
        relation: "<=" or ">=".
        bound: The largest or the smallest value.
    """

    metric: str
    relation: str
    bound: float

    def __post_init__(self) -> None:
        _check(self.metric)
        if self.relation not in _RELATIONS:
            raise SearchError(f"a constraint has <= or >=, not {self.relation!r}")
        if not isfinite(self.bound):
            raise SearchError(f"a bound is a finite number, not {self.bound}")

    def __str__(self) -> str:
        """Write the text that `of` reads back, digit for digit."""
        bound = repr(float(self.bound)).removesuffix(".0")
        return f"{self.metric}{self.relation}{bound}"

    def holds(self, value: float) -> bool:
        """Return whether a value keeps the bound."""
        return bool(_RELATIONS[self.relation](value, self.bound))

    @classmethod
    def of(cls, text: str) -> "Constraint":
        """Read text such as `macs<=600M`.

        Raises:
            SearchError: The text has another form or names no metric.
        """
        match = _CONSTRAINT.fullmatch(text.strip())
        if match is None:
            raise SearchError(f"{text!r} is no constraint; one looks like macs<=600M")
        metric, relation, number, unit = match.groups()
        return cls(metric, relation, float(number) * _UNITS[unit])


def cost_matrix(candidates: Sequence[Candidate], objectives: Sequence[Objective]) -> FloatArray:
    """Tabulate the objectives as costs, `(candidates, objectives)`: less is better.

    A value that could not be measured is an infinite cost.
    """
    signs = np.array([-1.0 if objective.higher_is_better else 1.0 for objective in objectives])
    values = [[one.metrics[objective.metric] for objective in objectives] for one in candidates]
    costs = np.array(values, dtype=np.float64).reshape(len(candidates), len(objectives)) * signs
    return np.where(np.isnan(costs), np.inf, costs)


def sort_candidates(
    candidates: Sequence[Candidate], objectives: Sequence[Objective]
) -> list[Candidate]:
    """Sort candidates, the best first; see `nsga2_order`."""
    order = nsga2_order(cost_matrix(candidates, objectives))
    return [candidates[position] for position in order]


def _check(metric: str) -> None:
    if metric in METRICS:
        return
    if metric in proxy_names():
        raise SearchError(
            f"{metric} runs the network; objectives and constraints are {', '.join(METRICS)}"
        )
    near = get_close_matches(metric, METRICS, n=3, cutoff=0.4) or METRICS
    raise SearchError(f"no metric is called {metric!r}; did you mean {', '.join(near)}?")


def format_metric(metric: str, value: float) -> str:
    """Write a value of a metric as people read it: 184.7 M, 0.734."""
    return with_unit(value, _FIGURES) if metric in _COUNTS else f"{value:.{_FIGURES}g}"
