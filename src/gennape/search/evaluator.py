"""Evaluation of proposed architectures: nothing known is measured again."""

from collections.abc import Mapping, Sequence
from typing import Any

from gennape.search.candidate import Candidate
from gennape.search.journal import MeasuredNetwork, measured_networks
from gennape.search.network_cache import NetworkCache, NetworkCosts, SearchNetwork
from gennape.search.objectives import Constraint
from gennape.search.stages import Stage
from gennape.utils.errors import reading
from gennape.utils.workspace import Workspace, WorkspaceError


class CandidateEvaluator:
    """Function from proposals to candidates.

    A network that was seen before, under whatever string, costs nothing. One that breaks a
    constraint is measured no further. What the journal knows is not measured again, and
    becomes a candidate only when it is proposed again: a search that goes on sees its budget
    shrink as it did the first time.

    Args:
        cache: The networks of the family.
        stages: Of measurement, costs first.
        constraints: Bounds that candidates keep.
        journal: Of the search; it has been entered.
        budget: The most candidates there may be.

    Attributes:
        candidates: All candidates, by key, in the order in which they were found.
    """

    def __init__(
        self,
        cache: NetworkCache,
        stages: Sequence[Stage],
        constraints: Sequence[Constraint],
        journal: Workspace,
        budget: int,
    ) -> None:
        self.cache = cache
        self.stages = stages
        self.constraints = constraints
        self.journal = journal
        self.budget = budget
        self.candidates: dict[str, Candidate] = {}
        self._key_of: dict[str, str | None] = {}
        with reading(journal.path, WorkspaceError, "a journal of a search", "give another folder"):
            self._measured = {one.text: one for one in measured_networks(journal.records)}

    @property
    def remaining(self) -> int:
        """Number of further candidates that the budget allows."""
        return max(0, self.budget - len(self.candidates))

    def __call__(self, proposals: Sequence[Any]) -> list[Candidate | None]:
        """Evaluate architectures.

        Returns:
            One a proposal, in their order; None for one that breaks a constraint or for which
            there is no budget any more.
        """
        texts = [self.cache.space.format(proposal) for proposal in proposals]
        unknown = {
            text: proposal
            for text, proposal in zip(texts, proposals, strict=True)
            if text not in self._key_of
        }
        if unknown and self.remaining:
            known = {text: self._measured.get(text) for text in unknown}
            self._decide(self._networks(unknown))
            news = [one for text in unknown if (one := self._measured[text]) is not known[text]]
            if news:
                self.journal.append(news)
        keys = [self._key_of.get(text) for text in texts]
        return [None if key is None else self.candidates[key] for key in keys]

    def _networks(self, architectures: Mapping[str, Any]) -> list[SearchNetwork]:
        """Return networks of architectures by string; those of the journal are not built."""
        for text, architecture in architectures.items():
            if one := self._measured.get(text):
                costs = (int(one.metrics[name]) for name in ("macs", "parameters"))
                self.cache.add(architecture, NetworkCosts(one.key, *costs))
        networks = self.cache.describe(list(architectures.values()))
        for network in networks:
            self._measured.setdefault(
                network.text, MeasuredNetwork(network.text, network.costs.key, {})
            )
        return networks

    def _decide(self, networks: Sequence[SearchNetwork]) -> None:
        """Decide which networks that were not proposed before become candidates."""
        allowed = self._allowed(networks, self.stages[:1])
        new: dict[str, SearchNetwork] = {}
        for network in allowed:
            if network.costs.key not in self.candidates and len(new) < self.remaining:
                new.setdefault(network.costs.key, network)
        for one in self._allowed(list(new.values()), self.stages[1:]):
            key, metrics = one.costs.key, self._measured[one.text].metrics
            self.candidates[key] = Candidate(one.architecture, one.text, key, metrics)
        decided: dict[str, str | None] = dict.fromkeys(network.text for network in networks)
        for network in allowed:
            if network.costs.key in self.candidates:
                decided[network.text] = network.costs.key
            elif network.costs.key not in new:
                del decided[network.text]  # no budget was left for it; it may be proposed again
        self._key_of |= decided

    def _allowed(
        self, networks: Sequence[SearchNetwork], stages: Sequence[Stage]
    ) -> list[SearchNetwork]:
        """Return the networks that keep the constraints, by what some stages measure."""
        left = list(networks)
        for stage in stages:
            self._measure(left, stage)
            left = [one for one in left if self._allows(stage, self._measured[one.text].metrics)]
        return left

    def _measure(self, networks: Sequence[SearchNetwork], stage: Stage) -> None:
        """Measure the networks whose metrics are not known yet."""
        unknown = [
            one for one in networks if not {*stage.metrics} <= {*self._measured[one.text].metrics}
        ]
        if not unknown:
            return
        for name, values in stage.measure(unknown).items():
            for network, value in zip(unknown, values.tolist(), strict=True):
                known = self._measured[network.text]
                more = known._replace(metrics={**known.metrics, name: value})
                self._measured[network.text] = more

    def _allows(self, stage: Stage, metrics: Mapping[str, float]) -> bool:
        return all(
            constraint.holds(metrics[constraint.metric])
            for constraint in self.constraints
            if constraint.metric in stage.metrics
        )
