"""Pools of networks of a family, and their proxies."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gennape import benchmarks, spaces
from gennape.proxies.batches import NOISE
from gennape.proxies.journal import JOURNAL, ScoreJournal
from gennape.proxies.measurement import BATCH_SIZE, ProxyScore, measure
from gennape.proxies.ranking import rank_correlations, rank_vote
from gennape.proxies.registry import VOTES, parts_of
from gennape.spaces import SearchSpace
from gennape.spaces.base import sample_different
from gennape.utils.array_types import FloatArray, IntArray
from gennape.utils.progress import ProgressCallback, no_progress
from gennape.utils.workspace import Workspace

VOTE = "vote"

_RANKING = "ranking.parquet"


@dataclass(frozen=True)
class ProxyPool:
    """Pool of networks of one family, to be scored.

    Attributes:
        space: The family, with its resolution.
        architectures: The networks.
        accuracies: Measured ones, `(networks,)`, or None.
    """

    space: SearchSpace[Any]
    architectures: Sequence[Any]
    accuracies: FloatArray | None = None


def sample_pool(
    name: str,
    count: int,
    seed: int = 0,
    resolution: int | None = None,
    labelled: str | os.PathLike[str] | None = None,
) -> ProxyPool:
    """Sample different networks of a family.

    Args:
        name: The family; with `labelled` the name of a labelled table.
        count: How many; all there are if they are fewer.
        seed: Of the choice.
        resolution: Height and width of the images; the family's own unless given.
        labelled: The data folder, to take rows of a table: the first of
            `default_rng(seed).permutation(rows)`.

    Raises:
        ArchitectureError: There is no such family.
        BenchmarkError: There is no such table.
    """
    if labelled is None:
        space = spaces.get(name, resolution=resolution)
        return ProxyPool(space, sample_different(space, count, np.random.default_rng(seed)))
    table = benchmarks.load(name, labelled)
    family = table.require_space()
    space = spaces.get(family.name, classes=family.classes, resolution=resolution)
    rows = np.random.default_rng(seed).permutation(len(table))[:count]
    return ProxyPool(space, [table.architectures[row] for row in rows], table.accuracies[rows])


@dataclass(frozen=True)
class PoolScores:
    """Proxies of the networks of a pool.

    Attributes:
        architectures: Their names, `family:architecture`.
        proxies: The names of the proxies, votes last.
        scores: For each network the score of each proxy that is no vote.
    """

    architectures: Sequence[str]
    proxies: Sequence[str]
    scores: Sequence[dict[str, ProxyScore]]

    def values(self, proxy: str) -> FloatArray:
        """Return scores or votes of all networks, `(networks,)`; minus infinity where missing."""
        if proxy in VOTES:
            return rank_vote([self.values(part) for part in VOTES[proxy]])
        found = [by_proxy[proxy].value for by_proxy in self.scores]
        return np.array([-np.inf if value is None else value for value in found])

    def missing(self, proxy: str) -> int:
        """Count the networks without a score; a vote has one always."""
        if proxy in VOTES:
            return 0
        return sum(by_proxy[proxy].value is None for by_proxy in self.scores)

    def milliseconds(self, proxy: str) -> float:
        """Return the median time for a network; of a vote, that of its slowest part.

        The parts of a vote share the pass of that one.
        """
        if proxy in VOTES:
            return max(self.milliseconds(part) for part in VOTES[proxy])
        return median(by_proxy[proxy].milliseconds for by_proxy in self.scores)

    def peak_bytes(self, proxy: str) -> int:
        """Return the most memory for any network."""
        if proxy in VOTES:
            return max(self.peak_bytes(part) for part in VOTES[proxy])
        return max(by_proxy[proxy].peak_bytes for by_proxy in self.scores)

    def vote(self) -> FloatArray:
        """Compute the rank vote over all proxies that are no votes, `(networks,)`."""
        return rank_vote([self.values(name) for name in self.proxies if name not in VOTES])

    def columns(self) -> dict[str, FloatArray]:
        """Return the values of each proxy, `(networks,)`, and last "vote", the vote over all."""
        return {**{name: self.values(name) for name in self.proxies}, VOTE: self.vote()}

    def correlations(self) -> dict[str, dict[str, float | None]]:
        """Correlate each column with each by Spearman; None for one that is constant."""
        return rank_correlations(self.columns())

    def agreement(self, accuracies: FloatArray) -> dict[str, float | None]:
        """Correlate each column with measured accuracies, `(networks,)`, by Spearman."""
        pairs = {
            name: rank_correlations({"column": values, "accuracy": accuracies})
            for name, values in self.columns().items()
        }
        return {name: pair["column"]["accuracy"] for name, pair in pairs.items()}

    def best_first(self) -> IntArray:
        """Return the places of all networks, `(networks,)`, the best by the vote first."""
        return np.argsort(-self.vote(), kind="stable")


def score_pool(
    space: SearchSpace[Any],
    architectures: Sequence[Any],
    proxies: Iterable[str],
    folder: str | os.PathLike[str],
    data: str | os.PathLike[str] = NOISE,
    batch_size: int = BATCH_SIZE,
    seed: int = 0,
    report: ProgressCallback = no_progress,
) -> PoolScores:
    """Score networks of a family; scores that the folder holds are not computed again.

    A run killed at any moment goes on when it is started again with the same folder, with
    more architectures or more proxies too.

    Args:
        space: The family, with its resolution and number of classes.
        architectures: Which networks.
        proxies: Names of proxies and votes.
        folder: Where three files are written: the journal of all scores, `scores.parquet`
            made of it, and `ranking.parquet`: these networks, the best by the vote first,
            with the vote and one column a proxy.
        data: "noise", or CIFAR-10's Parquet file or its folder.
        batch_size: How many images.
        seed: Of weights, noise and the choice of images.
        report: Told of the progress.

    Raises:
        ProxyError: There is no such proxy.
        WorkspaceError: The folder has scores of other settings, or another process scores there.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> pool = sample_pool("nasbench201", 3)
        >>> with TemporaryDirectory() as folder:
        ...     scores = score_pool(pool.space, pool.architectures, ["macs", "depth"], folder)
        >>> scores.values("macs").shape, sorted(scores.best_first().tolist())
        ((3,), [0, 1, 2])
    """
    wanted = list(dict.fromkeys(proxies))
    parts = parts_of(wanted)
    settings = {
        "family": space.name,
        "resolution": space.resolution,
        "classes": space.classes,
        "data": NOISE if data == NOISE else "cifar10",
        "batch": batch_size,
        "seed": seed,
    }
    names = [f"{space.name}:{space.format(architecture)}" for architecture in architectures]
    with Workspace(folder, settings, JOURNAL) as workspace:
        journal = ScoreJournal(workspace)
        for done, (name, architecture) in enumerate(zip(names, architectures, strict=True)):
            report(f"scoring {space.name}", done, len(names))
            todo = [proxy for proxy in parts if proxy not in journal.scores[name]]
            if todo:
                journal.add(name, measure(todo, space.graph(architecture), data, batch_size, seed))
        report(f"scoring {space.name}", len(names), len(names))
        journal.write_table()
        votes = [name for name in wanted if name in VOTES]
        scores = PoolScores(names, parts + votes, [journal.scores[name] for name in names])
        ranking = _ranking(scores)
        workspace.write(_RANKING, lambda path: pq.write_table(ranking, path))
    return scores


def _ranking(scores: PoolScores) -> pa.Table:
    """Tabulate the networks, the best by the vote first."""
    order = scores.best_first()
    columns = {"architecture": pa.array([scores.architectures[place] for place in order])}
    for name, values in scores.columns().items():
        columns[name] = pa.array(values[order], mask=np.isneginf(values[order]))
    return pa.table(columns)
