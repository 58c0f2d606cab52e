"""Lines of the tables about real networks; `real_networks.py` prints them."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from zoo_left_out import LeftOutZoo

from gennape.estimator.features.statistics import STATISTICS
from gennape.estimator.models.accuracy_process import to_percent
from gennape.evaluation.metrics import kendall_tau, partial_spearman, spearman

LARGEST = 320
"""Side of the largest images of the networks that are judged."""
LEAST = 12
"""Networks of the recipes within which rankings are judged."""
ORDER_ONLY = ("MACs", "parameters", "size prior", "ranker")

Said = Mapping[str, Sequence[np.ndarray]]
"""Predictions or scores for the rows by each method, one for each seed."""


def baseline_predictions(
    zoo: LeftOutZoo, groups: Sequence[str], seeds: Sequence[int]
) -> dict[str, list[np.ndarray]]:
    """What everything but the process says of the rows."""
    said = {name: [values] for name, values in zoo.sizes().items()}
    said["nearest neighbour"] = [zoo.by_neighbour(groups)]
    for knows in (False, True):
        name = "extra trees, " + ("recipe known" if knows else "typical recipe")
        said[name] = [zoo.by_trees(groups, seed, knows_recipe=knows) for seed in seeds]
    return said | {"ranker": [zoo.ranker_scores]}


def best_entries(zoo: LeftOutZoo, largest: float = np.inf) -> np.ndarray:
    """The best comparable entry of each network, at sides of at most `largest`."""
    best: dict[str, int] = {}
    for number in comparable_entries(zoo):
        network, top1 = zoo.zoo.entries[number].network, zoo.zoo.accuracies[number]
        is_small = sides(zoo)[zoo.row_of_entry[number]] <= largest
        if is_small and top1 > zoo.zoo.accuracies[best.get(network, number)] - (
            network not in best
        ):
            best[network] = number
    return np.array(sorted(best.values()))


def comparable_entries(zoo: LeftOutZoo) -> list[int]:
    """ImageNet-1k, from scratch, one evaluation of each set of weights."""
    entries = enumerate(zoo.zoo.entries)
    return [n for n, entry in entries if entry.is_comparable and n in zoo.row_of_entry]


def sides(zoo: LeftOutZoo) -> np.ndarray:
    """Side of each row's images."""
    return np.rint(2 ** zoo.rows.statistics[:, STATISTICS.index("log_input_side")])


def method_lines(zoo: LeftOutZoo, said: Said) -> list[list[str]]:
    """Spearman and Spearman at equal size on ImageNet, errors, and order within recipes."""
    chosen, everything = best_entries(zoo, LARGEST), best_entries(zoo)
    rows = rows_of(zoo, chosen)
    attends = zoo.rows.statistics[rows, STATISTICS.index("count_matmul")] > 0
    print(
        f"\n{len(chosen)} networks of at most {LARGEST} pixels, {(~attends).sum()} convolutional "
        f"and {attends.sum()} with attention; {len(everything)} of all sizes; "
        f"{len(strict_recipes(zoo))} strict recipes."
    )
    parts = (chosen, chosen[~attends], chosen[attends], everything)
    lines = []
    for method, seeds in said.items():
        cells = [
            _mean(seeds, lambda values, part=part: _orders(zoo, part, values)) for part in parts
        ]
        error = _mean(seeds, lambda values: [_error(zoo, chosen, values)])
        tau = _mean(seeds, lambda values: [_tau(zoo, values)])
        orders = [f"{order:.3f} / {partial:.3f}" for order, partial in cells]
        errors = "-" if method in ORDER_ONLY else f"{error[0]:.2f}"
        lines.append([method, orders[0], errors, *orders[1:], f"{tau[0]:.3f}"])
    return lines


def cifar_lines(zoo: LeftOutZoo, said: Said) -> list[list[str]]:
    """Spearman and median error on networks that one author trained on CIFAR."""
    lines = []
    for method, seeds in said.items():
        cells = []
        for dataset in ("cifar10", "cifar100"):
            chosen = own_cifar(zoo, dataset)
            order = _mean(seeds, lambda values, chosen=chosen: _orders(zoo, chosen, values))
            error = _mean(seeds, lambda values, chosen=chosen: [_error(zoo, chosen, values)])
            cells += [f"{order[0]:.3f}", "-" if method in ORDER_ONLY else f"{error[0]:.2f}"]
        lines.append([method, *cells])
    return lines


def own_cifar(zoo: LeftOutZoo, dataset: str) -> np.ndarray:
    """Entries of the pytorchcv author's own trainings."""
    return np.array(
        [
            number
            for number in zoo.row_of_entry
            if (entry := zoo.zoo.entries[number]).dataset == dataset
            and entry.recipe.startswith("pytorchcv/gluon-own")
            and entry.primary
            and not entry.shared_weights
        ]
    )


def family_lines(zoo: LeftOutZoo, predictions: np.ndarray) -> list[list[str]]:
    """Median and mean error of each family, the worst first."""
    errors = defaultdict(list)
    chosen = best_entries(zoo, LARGEST)
    for number, row in zip(chosen, rows_of(zoo, chosen), strict=True):
        error = float(to_percent(predictions[row]) - zoo.zoo.accuracies[number])
        errors[zoo.zoo.entries[number].family].append(error)
    worst = sorted(errors.items(), key=lambda item: -np.median(np.abs(item[1])))
    return [
        [family, f"{len(part)}", f"{np.median(np.abs(part)):.2f}", f"{np.mean(part):+.2f}"]
        for family, part in worst
    ]


def strict_recipes(zoo: LeftOutZoo) -> list[np.ndarray]:
    """Comparable entries of each recipe by which many networks were trained alike."""
    recipes = defaultdict(list)
    for number in comparable_entries(zoo):
        if zoo.zoo.entries[number].recipe_strict:
            recipes[zoo.zoo.entries[number].recipe].append(number)
    return [np.array(part) for part in recipes.values() if len(part) >= LEAST]


def rows_of(zoo: LeftOutZoo, entries: np.ndarray) -> np.ndarray:
    """Rows that entries went into."""
    return np.array([zoo.row_of_entry[int(number)] for number in entries])


def _orders(zoo: LeftOutZoo, entries: np.ndarray, values: np.ndarray) -> list[float]:
    rows, truth = rows_of(zoo, entries), zoo.zoo.accuracies[entries]
    log_macs = zoo.rows.features.log_macs[zoo.rows.graphs[rows]]
    return [spearman(truth, values[rows]), partial_spearman(truth, values[rows], log_macs)]


def _error(zoo: LeftOutZoo, entries: np.ndarray, values: np.ndarray) -> float:
    errors = to_percent(values[rows_of(zoo, entries)]) - zoo.zoo.accuracies[entries]
    return float(np.median(np.abs(errors)))


def _tau(zoo: LeftOutZoo, values: np.ndarray) -> float:
    """Mean over the strict recipes."""
    taus = [
        kendall_tau(zoo.zoo.accuracies[entries] / 100, values[rows_of(zoo, entries)])
        for entries in strict_recipes(zoo)
    ]
    return float(np.mean(taus))


def _mean(
    seeds: Sequence[np.ndarray], judge: Callable[[np.ndarray], Sequence[float]]
) -> np.ndarray:
    """Mean over seeds of what a judge says."""
    return np.mean([judge(values) for values in seeds], axis=0)
