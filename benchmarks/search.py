"""Search with few true evaluations: the estimator against evolution, local search and chance.

Every method looks for the best network of a labelled table; what counts is how many labels it
asks for. What an estimator makes of a table's networks is computed once and kept in CACHE, so
that another run takes minutes. Estimators must not have seen the family they search:
TABLE=ESTIMATOR says which one searches which table.

Run: python benchmarks/search.py CACHE [TABLE=ESTIMATOR ...] > docs/results/search.md
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from gennape import benchmarks
from gennape.benchmarks import Benchmark
from gennape.estimator import load
from gennape.estimator.few_shot.few_shot_features import FewShotFeatures
from gennape.evaluation.few_shot import fine_tuned_scores
from gennape.evaluation.metrics import spearman
from gennape.graph import ComputationGraph, GraphBatch, canonical
from gennape.graph.hashing import graph_hashes
from gennape.search import NetworkCache, Objective, SearchResult, SearchSettings, search
from gennape.search.network_cache import NetworkCosts, SearchNetwork
from gennape.search.table_space import TableSpace

SEEDS = range(10)
COUNTS = (10, 30, 100)
LONG = 300
"""Evaluations that ageing evolution gets in another run."""
PER_ROUND = 10
SEARCHED = 500
"""Candidates that are scored in each round."""
DESCRIPTIONS = fields(FewShotFeatures)
CHUNK = 256
NASBENCH101_ONLY = "nasbench101"
TABLES = ("nasbench201", "ofa_mobilenetv3", "accel_nasbench")
LABELS = {
    "nasbench201": {
        "cifar10_test_accuracy_200": "NB-201, CIFAR-10",
        "cifar100_test_accuracy_200": "NB-201, CIFAR-100",
        "imagenet16_120_test_accuracy_200": "NB-201, ImageNet16-120",
    },
    "nasbench101": {"valid_accuracy_108": "NB-101"},
    "ofa_mobilenetv3": {"imagenet_top1": "OFA-MobileNetV3"},
    "accel_nasbench": {"imagenet_top1": "Accel-NASBench"},
}


@dataclass(frozen=True)
class Pool:
    """The distinct rows of a table, by string, and what an estimator makes of them."""

    space: Any
    facts: dict[str, NetworkCosts]
    labels: dict[str, dict[str, float]]
    networks: FewShotFeatures

    @classmethod
    def of(cls, table: str, estimator: str, cache: Path) -> "Pool":
        path = cache / f"{table}-{Path(estimator).name}.npz"
        benchmark = benchmarks.load(table)
        if not path.exists():
            cache.mkdir(parents=True, exist_ok=True)
            np.savez(path, **read_rows(benchmark, estimator))
        texts = np.array([benchmark.space.format(one) for one in benchmark.architectures])
        first = np.sort(np.unique(texts, return_index=True)[1])  # rows that are no repetition
        columns = {name: values[first] for name, values in np.load(path).items()}
        texts = texts[first].tolist()
        facts = zip(columns["keys"].tolist(), *columns["costs"].T.tolist(), strict=True)
        space = benchmark.space
        if len(texts) != space.size:
            rows = [benchmark.architectures[row] for row in first]
            space = TableSpace(space, rows, columns["means"])
        labels = {
            name: dict(zip(texts, in_percent(values[first]).tolist(), strict=True))
            for name, values in benchmark.labels.items()
        }
        networks = FewShotFeatures(**{field.name: columns[field.name] for field in DESCRIPTIONS})
        return cls(
            space, dict(zip(texts, map(NetworkCosts._make, facts), strict=True)), labels, networks
        )


def in_percent(accuracies: np.ndarray) -> np.ndarray:
    """Accuracies of a table that may give them as fractions."""
    return accuracies * 100 if np.nanmax(accuracies) <= 1 else accuracies


def read_rows(benchmark: Benchmark, estimator_name: str) -> dict[str, np.ndarray]:
    """Keys, costs, features and scores of all networks of a table."""
    estimator = load(estimator_name)
    keys: list[str] = []
    costs: list[tuple[int, int]] = []
    parts = []
    graphs = benchmark.graphs()
    while chunk := list(islice(graphs, CHUNK)):
        batch = GraphBatch.of(chunk)
        forms = canonical(batch)
        keys += graph_hashes(forms)
        costs += zip(batch.macs.tolist(), batch.parameters.tolist(), strict=True)
        parts.append(estimator.canonical_features(forms))
        print(f"{benchmark.name}: {len(keys)} of {len(benchmark)} networks", file=sys.stderr)
    features = type(parts[0]).join(parts)
    networks = estimator.few_shot_features(features)
    return {
        "keys": np.array(keys),
        "costs": np.array(costs),
        "means": features.means(),
    } | {field.name: getattr(networks, field.name) for field in DESCRIPTIONS}


@dataclass(frozen=True)
class FromPool:
    """A scorer that looks up what an estimator says; it learns as the estimator does."""

    row: dict[str, int]
    networks: FewShotFeatures
    scores: np.ndarray

    def score(self, networks: Sequence[SearchNetwork]) -> tuple[np.ndarray, np.ndarray]:
        scores = self.scores[[self.row[network.text] for network in networks]]
        return scores, np.zeros(len(networks))

    def learn(self, networks: Sequence[SearchNetwork], accuracies: np.ndarray) -> "FromPool":
        given = np.array([self.row[network.text] for network in networks])
        everything = np.arange(len(self.scores))
        scores = fine_tuned_scores(self.networks, given, accuracies, everything)
        return FromPool(self.row, self.networks, scores)


@dataclass(frozen=True)
class Case:
    """One label of one table, to be searched."""

    pool: Pool
    label: str

    @property
    def best(self) -> float:
        return max(self.pool.labels[self.label].values())

    @property
    def spearman(self) -> float:
        labels = self.pool.labels[self.label]
        return spearman(
            np.array([labels[text] for text in self.pool.facts]), self.pool.networks.score
        )

    def evaluate(self, graphs: Sequence[ComputationGraph]) -> list[float]:
        return [self.pool.labels[self.label][graph.name.partition(":")[2]] for graph in graphs]

    def run(self, method: str, budget: int, seed: int) -> list[float]:
        """Best accuracy after each evaluation."""
        space = self.pool.space
        cache = NetworkCache(space)
        for text, facts in self.pool.facts.items():
            cache.add(space.parse(text), facts)
        with TemporaryDirectory() as folder:
            if method == "guided":
                settings = SearchSettings("evolution", budget=SEARCHED, seed=100 * seed)
                found = search(
                    cache,
                    settings,
                    folder,
                    self.scorer,
                    evaluate=self.evaluate,
                    evaluations=budget,
                    per_round=PER_ROUND,
                )
            else:
                settings = SearchSettings(method, (Objective.of("accuracy"),), (), budget, seed)
                found = search(cache, settings, folder, evaluate=self.evaluate)
        return np.maximum.accumulate(accuracies(found)).tolist()

    @property
    def scorer(self) -> FromPool:
        rows = {text: row for row, text in enumerate(self.pool.facts)}
        return FromPool(rows, self.pool.networks, self.pool.networks.score)

    def zero_shot(self) -> list[float]:
        """Best accuracy of the networks with the highest scores, with no label at all."""
        texts = list(self.pool.facts)
        known: dict[str, float] = {}
        for row in np.argsort(-self.pool.networks.score, kind="stable").tolist():
            text = texts[row]
            known.setdefault(self.pool.facts[text].key, self.pool.labels[self.label][text])
            if len(known) == COUNTS[0]:
                break
        return np.maximum.accumulate(list(known.values())).tolist()


def accuracies(found: SearchResult) -> list[float]:
    return [candidate.metrics["accuracy"] for candidate in found.candidates]


METHODS = {
    "random": "random",
    "local": "local search",
    "evolution": "ageing evolution",
    "guided": "predictor-guided evolution",
}
Curves = dict[str, np.ndarray]
"""Best accuracy after each evaluation, `(seeds, evaluations)`, by method."""


def curves_of(case: Case) -> Curves:
    """Every method with every seed."""
    curves: Curves = {"zero-shot": np.array([case.zero_shot()])}
    runs = [(method, method, COUNTS[-1]) for method in METHODS]
    for name, method, budget in [*runs, ("long evolution", "evolution", LONG)]:
        rows = []
        for seed in SEEDS:
            print(f"{case.label}: {name}, seed {seed}", file=sys.stderr)
            curve = case.run(method, budget, seed)
            rows.append(curve + curve[-1:] * (budget - len(curve)))  # a table may be exhausted
        curves[name] = np.array(rows)
    return curves


def table_of(case: Case, curves: Curves) -> list[str]:
    """Rows of the table of one case."""
    chance = {count: curves["random"][:, count - 1].mean() for count in COUNTS}
    rows = [("zero-shot top 10", "zero-shot", COUNTS[0])]
    rows += [(title, name, count) for count in COUNTS for name, title in METHODS.items()]
    rows.append((METHODS["evolution"], "long evolution", LONG))
    lines = []
    for title, name, count in rows:
        found = curves[name][:, count - 1]
        regrets = case.best - found
        improvement = "-"
        if count in chance:
            improvement = f"{100 * (found.mean() - chance[count]) / chance[count]:+.2f} %"
        lines.append(
            f"| {title} | {count} | {found.mean():.2f} ± {found.std():.2f} "
            f"| {regrets.mean():.2f} ± {regrets.std():.2f} | {improvement} |"
        )
    return lines


HEADER = """# Search with few true evaluations

```bash
GENNAPE_DATA=DIR python benchmarks/search.py CACHE {searches}
```

What is the best network of a labelled table that a search finds, when it may ask for so many
labels? Mean ± standard deviation over {seeds} seeds of the search. Regret is the best label of the
table minus the best that was found, in percentage points; *over random* is the relative
difference to the mean of random search with as many evaluations (Yang et al., "NAS evaluation is
frustratingly hard", ICLR 2020). Measured on {date}.

- Zero-shot: the ten different networks of the table with the highest scores. Predictor-guided
  evolution: rounds of {per_round} evaluations, each after an ageing evolution of {searched}
  candidates by the score of the estimator, fine-tuned on all labels; the first is zero-shot.
- Random search, local search and ageing evolution ask for the label of every network that they
  look at; the population is 10, with {long} evaluations 30.
- Equal networks are evaluated once. NAS-Bench-201 is searched as its family. The other tables hold
  a part of theirs: there candidates are the table's networks, and neighbours the 16 nearest by the
  standardised mean of their nodes' features.
- One estimator is one training: the deviations are those of the search and say nothing of how much
  another training would change. Whether ten networks hold the very best one is partly luck: see the
  Spearman correlations beside it.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cache", type=Path)
    default = [f"{table}={NASBENCH101_ONLY}" for table in TABLES]
    parser.add_argument("searches", nargs="*", default=default, metavar="TABLE=ESTIMATOR")
    arguments = parser.parse_args()
    print(
        HEADER.format(
            searches=" ".join(arguments.searches),
            seeds=len(SEEDS),
            date=date.today(),
            per_round=PER_ROUND,
            searched=SEARCHED,
            long=LONG,
        )
    )
    for named in arguments.searches:
        table, _, estimator = named.partition("=")
        pool = Pool.of(table, estimator, arguments.cache)
        for label, title in LABELS[table].items():
            case = Case(pool, label)
            print(
                f"## {title}\n\n{len(pool.facts):,} networks, the best {case.best:.2f}; estimator "
                f"`{Path(estimator).name}`, Spearman {case.spearman:.3f} zero-shot.\n"
            )
            print("| method | true evaluations | best found | regret | over random |")
            print("|---|---:|---:|---:|---:|")
            print("\n".join(table_of(case, curves_of(case))) + "\n", flush=True)


if __name__ == "__main__":
    main()
