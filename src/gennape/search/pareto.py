"""Order of candidates by several objectives."""

import numpy as np

from gennape.utils.array_types import FloatArray, IntArray


def nsga2_order(costs: FloatArray) -> IntArray:
    """Sort by front, and within a front by crowding distance, the largest first.

    Source: Deb et al., "A fast and elitist multiobjective genetic algorithm: NSGA-II"
    (IEEE Transactions on Evolutionary Computation, 2002).

    Args:
        costs: `(candidates, objectives)`, less is better; may be infinite.

    Returns:
        Positions, `(candidates,)`. With one objective, ties keep their order.
    """
    if costs.shape[1] == 1:
        return np.argsort(costs[:, 0], kind="stable")
    import moocore  # slow to import, and a search by one objective does without

    fronts = moocore.pareto_rank(costs)
    crowding = np.zeros(len(costs))
    for front in np.unique(fronts):
        members = np.flatnonzero(fronts == front)
        crowding[members] = crowding_distances(costs[members])
    return np.lexsort((-crowding, fronts))


def crowding_distances(costs: FloatArray) -> FloatArray:
    """Compute how far apart the neighbours of each candidate of a front lie, `(candidates,)`.

    The ends of a front are infinitely far from their neighbours.
    """
    distances = np.zeros(len(costs))
    for column in costs.T:
        order = np.argsort(column, kind="stable")
        low, high = column[order[0]], column[order[-1]]
        distances[order[[0, -1]]] = np.inf
        if np.isfinite([low, high]).all() and high > low:
            distances[order[1:-1]] += (column[order[2:]] - column[order[:-2]]) / (high - low)
    return distances


def pareto_front(costs: FloatArray) -> IntArray:
    """Return the positions of the candidates that no other dominates, by the first objective."""
    if costs.shape[1] == 1:
        return np.argsort(costs[:, 0], kind="stable")[:1]
    import moocore  # as above

    chosen = np.flatnonzero(moocore.is_nondominated(costs)) if len(costs) else np.arange(0)
    return chosen[np.argsort(costs[chosen, 0], kind="stable")]


def hypervolume(costs: FloatArray, worst: FloatArray) -> float:
    """Compute the volume that candidates dominate, up to the worst point `(objectives,)`."""
    import moocore  # as above

    finite = costs[np.isfinite(costs).all(axis=1)]
    return float(moocore.hypervolume(finite, ref=worst)) if len(finite) else 0.0
