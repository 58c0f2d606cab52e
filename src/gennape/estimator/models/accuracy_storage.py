"""The accuracy model as arrays and plain JSON values, for storage."""

import numpy as np

from gennape.estimator.calibration.intervals import EDGES, STRATA, IntervalCalibrator
from gennape.estimator.features.statistics import STATISTICS
from gennape.estimator.models.accuracy_kernel import DATASETS, Conditions
from gennape.estimator.models.accuracy_model import OFFERED, PLACES, AccuracyModel
from gennape.estimator.models.accuracy_process import AccuracyProcess, StatisticScaler
from gennape.estimator.models.measured_networks import MeasuredNetworks
from gennape.estimator.models.stored_arrays import StoredArrays
from gennape.estimator.stored_values import StoredValues, check_rising
from gennape.utils.array_types import FloatArray

_MOST = 2**62
"""MACs and parameters of a measured network."""
_POPULATION = ("ranker_levels", "centres", "deviations", "quantiles", "placed", "family_widths")


def accuracy_arrays(model: AccuracyModel) -> dict[str, FloatArray]:
    """Return all numbers of a model by name."""
    process, measured, intervals = model.process, model.measured, model.intervals
    arrays = {
        "mean": process.scaler.mean,
        "deviation": process.scaler.deviation,
        "support": process.support.astype(np.float32),
        "level": np.array([process.level]),
        "typical": process.typical,
        "by_recipe": process.by_recipe,
        "dataset": measured.conditions.dataset.astype(np.int64),
        "kind": measured.conditions.kind,
        "more_data": measured.conditions.more_data,
        "networks": measured.networks.astype(np.int64),
        "accuracies": measured.accuracies,
        "macs": measured.macs.astype(np.int64),
        "parameters": measured.parameters.astype(np.int64),
        "interval_edges": intervals.edges,
        "interval_widths": intervals.widths,
        "interval_factors": intervals.factors,
    }
    return arrays | {name: getattr(model, name) for name in _POPULATION}


def accuracy_names(model: AccuracyModel) -> dict[str, list[str]]:
    """Return names and fingerprints of the measured networks, plain JSON values."""
    return {
        "models": list(model.measured.models),
        "fingerprints": list(model.measured.fingerprints),
    }


def accuracy_model_of(stored: StoredArrays, names: StoredValues, families: int) -> AccuracyModel:
    """Build the model that `accuracy_arrays` and `accuracy_names` described.

    Args:
        stored: Its arrays.
        names: Its names.
        families: Number of families of the training set.

    Raises:
        ValueError: One of them is missing or another one; names it.
    """
    statistics = len(STATISTICS)
    support = stored.take("support", None, statistics, low=-1, high=1)
    conditions = _conditions(stored, len(support))
    scaler = StatisticScaler(
        _wide(stored, "mean", statistics), _wide(stored, "deviation", statistics, low=1e-12)
    )
    process = AccuracyProcess(
        scaler,
        support,
        conditions,
        float(_wide(stored, "level", 1)[0]),
        _wide(stored, "typical", len(support)),
        _wide(stored, "by_recipe", len(support)),
    )
    measured = _measured_networks(stored, names, conditions)
    return AccuracyModel(process, measured, _intervals(stored), **_population(stored, families))


def _conditions(stored: StoredArrays, rows: int) -> Conditions:
    dataset = stored.take("dataset", rows, dtype=np.int64, low=0, high=len(DATASETS) - 1)
    kind, more_data = (_wide(stored, name, rows) for name in ("kind", "more_data"))
    return Conditions(dataset, kind, more_data)


def _measured_networks(
    stored: StoredArrays, names: StoredValues, conditions: Conditions
) -> MeasuredNetworks:
    names.has_only("models", "fingerprints")
    models, fingerprints = names.texts("models"), names.texts("fingerprints")
    rows = len(conditions.dataset)
    if not len(models) == len(fingerprints) == rows:
        raise ValueError(f"{names.path}models and fingerprints do not name {rows} networks")
    networks, macs, parameters = (
        stored.take(name, rows, dtype=np.int64, low=0, high=_MOST)
        for name in ("networks", "macs", "parameters")
    )
    return MeasuredNetworks(
        models=models,
        networks=networks,
        fingerprints=fingerprints,
        accuracies=_wide(stored, "accuracies", rows, low=0, high=100),
        macs=macs,
        parameters=parameters,
        conditions=conditions,
    )


def _intervals(stored: StoredArrays) -> IntervalCalibrator:
    edges, widths = (
        _wide(stored, f"interval_{name}", len(EDGES), low=0) for name in ("edges", "widths")
    )
    check_rising(interval_edges=edges, interval_widths=widths)
    return IntervalCalibrator(edges, widths, _wide(stored, "interval_factors", len(STRATA), low=0))


def _population(stored: StoredArrays, families: int) -> dict[str, FloatArray]:
    offered = len(OFFERED)
    quantiles = _wide(stored, "quantiles", offered, PLACES)
    placed = _wide(stored, "placed", offered, families, PLACES)
    check_rising(quantiles=quantiles, placed=placed)
    return {
        "ranker_levels": _wide(stored, "ranker_levels", len(DATASETS), 3),
        "centres": _wide(stored, "centres", offered),
        "deviations": _wide(stored, "deviations", offered, low=1e-12),
        "quantiles": quantiles,
        "placed": placed,
        "family_widths": _wide(stored, "family_widths", families, low=0),
    }


def _wide(stored: StoredArrays, name: str, *shape: int, **limits: float) -> FloatArray:
    array: FloatArray = stored.take(name, *shape, dtype=np.float64, **limits)
    return array
