"""The accuracy model as arrays and plain JSON values, for storage."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gennape.estimator.calibration.intervals import IntervalCalibrator
from gennape.estimator.models.accuracy_kernel import Conditions
from gennape.estimator.models.accuracy_model import AccuracyModel
from gennape.estimator.models.accuracy_process import AccuracyProcess, StatisticScaler
from gennape.estimator.models.measured_networks import MeasuredNetworks
from gennape.utils.array_types import FloatArray

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


def accuracy_model_of(arrays: Mapping[str, Any], names: Mapping[str, Any]) -> AccuracyModel:
    """Build the model that `accuracy_arrays` and `accuracy_names` described.

    Raises:
        KeyError: A part is missing.
        ValueError: The parts do not belong together.
    """
    conditions = Conditions(arrays["dataset"], arrays["kind"], arrays["more_data"])
    process = AccuracyProcess(
        StatisticScaler(arrays["mean"], arrays["deviation"]),
        arrays["support"],
        conditions,
        float(arrays["level"][0]),
        arrays["typical"],
        arrays["by_recipe"],
    )
    measured = MeasuredNetworks(
        models=[str(name) for name in names["models"]],
        networks=arrays["networks"],
        fingerprints=[str(name) for name in names["fingerprints"]],
        accuracies=arrays["accuracies"],
        macs=arrays["macs"],
        parameters=arrays["parameters"],
        conditions=conditions,
    )
    rows = {len(measured.models), len(measured.fingerprints), *map(len, _by_row(arrays))}
    if len(rows) != 1:
        raise ValueError("its measured networks are not those of its accuracy process")
    intervals = IntervalCalibrator(
        arrays["interval_edges"], arrays["interval_widths"], arrays["interval_factors"]
    )
    population = {name: arrays[name] for name in _POPULATION}
    return AccuracyModel(process, measured, intervals, **population)


def _by_row(arrays: Mapping[str, Any]) -> list[Any]:
    """The arrays that have one entry for each measured row."""
    names = ("support", "typical", "by_recipe", "dataset", "kind", "more_data")
    return [arrays[name] for name in (*names, "networks", "accuracies", "macs", "parameters")]
