"""What several trainings of one recipe reach on every labelled family.

Each estimator is judged zero-shot and after 50 labels, five draws of them; means and deviations
are over the trainings. Families first where the estimator does worst.

Run: GENNAPE_DATA=DIR python benchmarks/training_seeds.py ESTIMATOR...
"""

import argparse
from collections.abc import Sequence

import numpy as np
import torch

from gennape import benchmarks
from gennape.cli.progress import progress_bar
from gennape.estimator import load
from gennape.evaluation import EvalResult, evaluate
from gennape.evaluation.table_evaluation import fine_tuned
from gennape.evaluation.transfer.protocols import COLUMNS, Column

LABELS = 50
HEADINGS = (
    "family",
    "FLOPs",
    "parameters",
    "zero-shot",
    "at equal size",
    f"{LABELS} labels",
    f"{LABELS} labels, at equal size",
)


class Judged:
    """Results of one estimator by label and method."""

    def __init__(self, results: Sequence[EvalResult]) -> None:
        self._results = {(one.family, one.label, one.method): one for one in results}

    def of(self, column: Column, method: str) -> EvalResult:
        return self._results[column.table, column.label, method]


def spread(values: Sequence[float]) -> str:
    return f"{np.mean(values):.3f} ± {np.std(values):.3f}"


def row(column: Column, trainings: Sequence[Judged]) -> tuple[float, list[str]]:
    """The mean zero-shot correlation, and the cells."""
    zero_shot, few_shot = (
        [one.of(column, method) for one in trainings]
        for method in ("estimator", fine_tuned(LABELS))
    )
    floors = (trainings[0].of(column, method).spearman for method in ("FLOPs", "parameters"))
    cells = [column.title, *(f"{floor:.3f}" for floor in floors)]
    for results in (zero_shot, few_shot):
        cells.append(spread([one.spearman for one in results]))
        cells.append(spread([one.at_equal_size for one in results]))
    return float(np.mean([one.spearman for one in zero_shot])), cells


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("estimators", nargs="+", help="folders or names")
    torch.set_num_threads(1)
    trainings = []
    for name in parser.parse_args().estimators:
        with progress_bar() as report:
            results = evaluate(load(name), None, benchmarks.names(), LABELS, report)
        trainings.append(Judged(results))
    columns = [column for column in COLUMNS if column.table in benchmarks.names()]
    rows = sorted(row(column, trainings) for column in columns)
    print(f"| {' | '.join(HEADINGS)} |")
    print("|---|" + "---:|" * (len(HEADINGS) - 1))
    for _, cells in rows:
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
