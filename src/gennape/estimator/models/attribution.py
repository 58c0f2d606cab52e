"""Attribution: which groups of statistics set the accuracy of two networks apart."""

import numpy as np

from gennape.estimator.features.statistics import SIZE_NAMES, STATISTICS
from gennape.estimator.models.accuracy_kernel import Recipe
from gennape.estimator.models.accuracy_process import AccuracyProcess
from gennape.utils.array_types import FloatArray, IntArray

_PREFIXES = {
    "depth": ("path_", "layers_per_depth"),
    "width": ("width_", "stem_", "last_", "expand_", "fan_in"),
    "layers": ("macs_", "params_", "num_", "kernel_", "group_width", "matmul_", "has_se"),
    "operations": ("count_", "rate_"),
    "stages": ("stage", "side_macs"),
    "wiring": ("mean_", "sd_"),
}
_SIZES = (*SIZE_NAMES, "log_input_side", "head_params")


def _group(name: str) -> str:
    if name in _SIZES:
        return "size"
    return next(group for group, prefixes in _PREFIXES.items() if name.startswith(prefixes))


GROUPS = ("size", *_PREFIXES)
"""Groups of statistics, in the order in which they are exchanged."""
_COLUMNS = {
    group: np.array([i for i, name in enumerate(STATISTICS) if _group(name) == group])
    for group in GROUPS
}


def waterfall(
    process: AccuracyProcess,
    start: FloatArray,
    end: FloatArray,
    datasets: IntArray,
    recipe: Recipe,
) -> tuple[FloatArray, FloatArray]:
    """Go from some networks to others, one group of statistics after another.

    Args:
        process: The accuracy process.
        start: Statistics of the networks to start from, `(graphs, statistics)`.
        end: Statistics of the networks to end at, likewise.
        datasets: Index into `DATASETS`, `(graphs,)`.
        recipe: How networks are trained.

    Returns:
        The predictions for the start, `(graphs,)`, and by how much each group changes them,
        `(groups, graphs)`; their sum are the predictions for the end.
    """
    current = start.astype(np.float64).copy()
    predictions = [process.predict(current, datasets, recipe)]
    for group in GROUPS:
        current[:, _COLUMNS[group]] = end[:, _COLUMNS[group]]
        predictions.append(process.predict(current, datasets, recipe))
    return predictions[0], np.diff(np.stack(predictions), axis=0)
