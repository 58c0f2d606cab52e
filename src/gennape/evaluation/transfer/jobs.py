"""What there is to do: each method with what it learns from and what it is judged on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gennape.evaluation.transfer.failures import Failure, Failures
from gennape.evaluation.transfer.methods import Method, Scale, Trained
from gennape.evaluation.transfer.protocols import (
    TRAINED_ON,
    Protocol,
    group_of,
    training_tables,
)
from gennape.evaluation.transfer.runs import Run
from gennape.evaluation.transfer.tables import JudgedTable

_Groups = list[list[JudgedTable]]

_NOTHING_TO_LEARN = "no table that may be learned from can be read"


@dataclass(frozen=True)
class Job:
    """One ranking of some tables.

    Attributes:
        protocol: What may be learned from.
        method: What ranks.
        seed: Of its training; 0 where there is none.
        judged: The tables whose networks are ranked.
        run: Its training, where there is one.
    """

    protocol: Protocol
    method: Method
    seed: int
    judged: tuple[JudgedTable, ...]
    run: Run | None = None

    @property
    def name(self) -> str:
        """What failures call it."""
        return f"{self.method.title}, {self.run.name}" if self.run else self.method.title


def jobs(
    protocol: Protocol,
    scale: Scale,
    seeds: Sequence[int],
    tables: Mapping[str, JudgedTable],
    failures: Failures,
) -> list[Job]:
    """All jobs of a protocol, in the order of its methods.

    Args:
        protocol: Which protocol.
        scale: Which methods there are.
        seeds: Of the trainings.
        tables: The tables that can be read.
        failures: Told of trainings for which none of them is left.
    """
    every = tuple(tables.values())
    found: list[Job] = []
    for method in scale.methods(protocol):
        if isinstance(method, Trained):
            found += _trained(protocol, method, scale, seeds, tables, failures)
        else:
            found.append(Job(protocol, method, 0, every))
    return found


def _trained(
    protocol: Protocol,
    method: Trained,
    scale: Scale,
    seeds: Sequence[int],
    tables: Mapping[str, JudgedTable],
    failures: Failures,
) -> Iterator[Job]:
    """One job a seed and a group of tables that are judged by the same training."""
    for group in _judged_together(protocol, tables):
        names = training_tables(protocol, group[0].name, list(tables))
        learned = tuple(tables[name] for name in names if name in tables)
        left_out = "" if protocol in TRAINED_ON else f"-without-{group[0].name}"
        training = f"{method.recipe}{left_out}"
        if not learned:
            failures.append(Failure(f"training {training}", _NOTHING_TO_LEARN))
            continue
        config = scale.config(method, len(learned))
        for seed in seeds:
            run = Run(f"{training}-seed{seed}", config, seed, learned)
            yield Job(protocol, method, seed, tuple(group), run)


def _judged_together(protocol: Protocol, tables: Mapping[str, JudgedTable]) -> _Groups:
    if protocol in TRAINED_ON:
        return [list(tables.values())]
    groups = dict.fromkeys(group_of(name) for name in tables)
    return [[tables[name] for name in tables if name in group] for group in groups]
