"""How wrong are expected differences between two networks that are nearly the same?

Pairs of networks of the model zoo of one family that were trained by one recipe (same text, epochs,
size of images and earlier data, and known to be one recipe): the difference of their measured
accuracies, against that of their predictions by all other families, on the scale of the accuracy
process (ten times the logit), by the distance of the two. Pairs that were trained several times
count once, by their mean.

Run: GENNAPE_DATA=DIR python benchmarks/change_noise.py
"""

from collections import defaultdict
from itertools import combinations, pairwise

import numpy as np

import gennape
from gennape import benchmarks
from gennape.benchmarks.model_zoo import ModelZoo, ZooEntry
from gennape.estimator.models.accuracy_kernel import DATASETS
from gennape.estimator.models.accuracy_process import (
    to_scale,
)
from gennape.estimator.training.accuracy_training import fit_process, left_out_predictions
from gennape.estimator.training.measured_rows import MeasuredRows, measured_rows
from gennape.estimator.training.recipe_kinds import more_data, training_kind
from gennape.utils.progress import no_progress

BANDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 1.0)


def trained_alike(entry: ZooEntry) -> tuple[object, ...]:
    """Equal for networks of one family that were trained by one recipe."""
    sizes = (entry.epochs, entry.train_res, entry.img_size)
    return (entry.family, entry.dataset, entry.recipe, entry.pretrain, entry.distilled, *sizes)


def groups_of(zoo: ModelZoo, rows: MeasuredRows) -> list[list[tuple[int, float]]]:
    """Row of the process and measured accuracy of networks that were trained alike."""
    _, graph_of_row = zoo.graph_batch()
    conditions = rows.conditions
    keys = zip(rows.graphs, conditions.dataset, conditions.kind, conditions.more_data, strict=True)
    place = {tuple(map(float, key)): row for row, key in enumerate(keys)}
    groups: dict[tuple[object, ...], list[tuple[int, float]]] = defaultdict(list)
    for graph, accuracy, entry in zip(graph_of_row, zoo.accuracies, zoo.entries, strict=True):
        if entry.recipe_strict and entry.primary and not entry.shared_weights:
            dataset = DATASETS.index(entry.dataset) if entry.dataset in DATASETS else -1
            row = place.get((graph, dataset, training_kind(entry), more_data(entry)))
            if row is not None and np.isfinite(accuracy):
                groups[trained_alike(entry)].append((row, float(to_scale(accuracy))))
    return list(groups.values())


def main() -> None:
    estimator = gennape.load()
    zoo = benchmarks.load("model_zoo")
    assert isinstance(zoo, ModelZoo)
    rows = measured_rows(zoo, estimator.canonical_features, no_progress)
    process = fit_process(rows)
    predictions = left_out_predictions(rows, process, rows.families, knows_recipe=False)
    distances = process.distances(rows.statistics)
    pairs: dict[tuple[int, int], list[float]] = defaultdict(list)
    for group in groups_of(zoo, rows):
        for (one, truth), (other, other_truth) in combinations(sorted(group), 2):
            if rows.networks[one] != rows.networks[other]:
                pairs[one, other].append(truth - other_truth)
    ones, others = np.array(list(pairs)).T
    found = np.array([np.mean(differences) for differences in pairs.values()])
    expected = predictions[ones] - predictions[others]
    apart, families = distances[ones, others], np.array(rows.families)[ones]
    errors = np.abs(found - expected)
    print("| distance | pairs | families | median error | 90 % within | same sign |")
    print("|---|---:|---:|---:|---:|---:|")
    for low, high in pairwise(BANDS):
        here = (apart >= low) & (apart < high)
        signs = (np.sign(found) == np.sign(expected))[here].mean()
        print(
            f"| {low:.1f} to {high:.1f} | {here.sum()} | {len(set(families[here]))} "
            f"| {np.median(errors[here]):.2f} | {np.quantile(errors[here], 0.9):.2f} "
            f"| {100 * signs:.0f} % |"
        )
    for least in (0.3, 0.6, 0.86):
        here = (apart < BANDS[4]) & (np.abs(expected) > least)
        signs = (np.sign(found) == np.sign(expected))[here].mean()
        print(f"up to 0.4, expected more than {least}: {here.sum()}, {100 * signs:.1f} % same sign")


if __name__ == "__main__":
    main()
