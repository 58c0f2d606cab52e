"""How often intervals hold the truth for real networks of families that calibrated nothing.

The families are split in halves; each half is judged by intervals that the other calibrated, and
each network by what is said of it without its family. `real_networks.py` prints the lines.
"""

from collections import defaultdict

import numpy as np
from zoo_left_out import LeftOutZoo

from gennape.estimator.calibration.intervals import STRATA, IntervalCalibrator
from gennape.estimator.models.accuracy_process import to_percent, to_scale

SPLITS = 20
LEAST = 10
"""Networks of a stratum that a half needs to be judged by."""


def coverage_lines(zoo: LeftOutZoo) -> list[list[str]]:
    """Coverage and median width for each stratum, mean over splits, and the lowest coverage."""
    rows, strata = zoo.rows, row_strata(zoo)
    weights = 1 / np.bincount(rows.networks)[rows.networks]
    truth, networks = to_scale(rows.accuracies), list(rows.networks)
    predictions = zoo.composed(rows.families, knows_recipe=False)
    by_group = [
        (np.abs(zoo.composed(groups, knows_recipe=False) - truth), zoo.nearest(groups))
        for groups in (rows.families, networks)
    ]
    covered = defaultdict(list)
    for is_calibrating in halves(rows.families):
        errors, distances = (
            np.concatenate([pair[i][is_calibrating] for pair in by_group]) for i in (0, 1)
        )
        calibrator = IntervalCalibrator.fit(
            errors,
            distances,
            np.tile(strata[is_calibrating], 2),
            np.tile(weights[is_calibrating] / 2, 2),
        )
        widths = calibrator.half_widths(by_group[0][1], strata)
        holds = np.abs(predictions - truth) <= widths
        points = to_percent(predictions + widths) - to_percent(predictions - widths)
        for name, part in parts(strata).items():
            here = part & ~is_calibrating
            if weights[here].sum() < LEAST:
                continue
            share = np.average(holds[here], weights=weights[here])
            covered[name].append((share, np.median(points[here])))
    lines = []
    for name, part in parts(strata).items():
        shares, points = np.array(covered[name]).T
        count = len(np.unique(rows.networks[part]))
        numbers = [f"{shares.mean():.3f}", f"{shares.min():.3f}", f"{points.mean():.1f}"]
        lines.append([name, str(count), *numbers])
    return lines


def row_strata(zoo: LeftOutZoo) -> np.ndarray:
    """Index into `STRATA` of each row."""
    rows = zoo.rows
    strata = zoo.model.strata(rows.statistics, rows.conditions.dataset, "typical")
    return np.where(rows.conditions.more_data > 0, STRATA.index("more data"), strata)


def parts(strata: np.ndarray) -> dict[str, np.ndarray]:
    """All rows, and those of each stratum."""
    everything = {"all": np.ones(len(strata), dtype=bool)}
    return everything | {name: strata == number for number, name in enumerate(STRATA)}


def halves(families: list[str]) -> list[np.ndarray]:
    """Random halves of the families, and the other half of each, as rows."""
    names, number = np.unique(np.array(families), return_inverse=True)
    splits = []
    for seed in range(SPLITS):
        chosen = np.random.default_rng(seed).permutation(len(names)) < len(names) // 2
        splits += [chosen[number], ~chosen[number]]
    return splits
