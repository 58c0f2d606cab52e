"""From proposed architectures to candidates: known ones for free, constraints before costs."""

from collections.abc import Mapping, Sequence
from typing import Any

from gennape.search.candidate import Candidate
from gennape.search.journal import Batch, Journal, Measured
from gennape.search.networks import Catalogue, Network
from gennape.search.objectives import Constraint
from gennape.search.stages import Stage


class Evaluator:
    """Turns proposals into candidates.

    A network that was seen before, under whatever string, costs nothing. One that breaks a
    constraint is measured no further.

    Args:
        catalogue: The family's networks.
        stages: What is measured, cheap metrics first.
        constraints: What candidates keep to.
        journal: Where results are kept.
        budget: The most candidates there may be.

    Attributes:
        candidates: All candidates, by key, in the order in which they were found.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        stages: Sequence[Stage],
        constraints: Sequence[Constraint],
        journal: Journal,
        budget: int,
    ) -> None:
        self.catalogue = catalogue
        self.stages = stages
        self.constraints = constraints
        self.journal = journal
        self.budget = budget
        self.candidates: dict[str, Candidate] = {}
        self._key_of: dict[str, str | None] = {}
        for batch in journal.batches:
            self._remember(batch, {})

    @property
    def remaining(self) -> int:
        """How many more candidates there may be."""
        return max(0, self.budget - len(self.candidates))

    def __call__(self, proposals: Sequence[Any]) -> list[Candidate | None]:
        """What becomes of some architectures.

        Returns:
            One a proposal, in their order; None for one that breaks a constraint or for which
            there is no budget any more.
        """
        texts = [self.catalogue.space.format(proposal) for proposal in proposals]
        unknown = {
            text: proposal
            for text, proposal in zip(texts, proposals, strict=True)
            if text not in self._key_of
        }
        if unknown and self.remaining:
            batch = self._judge(self.catalogue.describe(list(unknown.values())))
            self.journal.add(batch)
            self._remember(batch, unknown)
        keys = [self._key_of.get(text) for text in texts]
        return [None if key is None else self.candidates[key] for key in keys]

    def _judge(self, networks: Sequence[Network]) -> Batch:
        """What becomes of networks that were not seen before."""
        first: dict[str, Network] = {}
        same: list[tuple[str, str]] = []
        allowed, metrics = self._measure(networks, self.stages[:1])
        rejected = [network.text for network in networks if network.text not in metrics]
        for network in allowed:
            key = network.facts.key
            if key in self.candidates or key in first:
                same.append((network.text, key))
            elif len(first) < self.remaining:
                first[key] = network
        kept, further = self._measure(list(first.values()), self.stages[1:])
        kept_keys = {network.facts.key for network in kept} | set(self.candidates)
        rejected += [one.text for one in first.values() if one.facts.key not in kept_keys]
        rejected += [text for text, key in same if key not in kept_keys]
        found = [
            Measured(one.text, one.facts.key, metrics[one.text] | further[one.text]) for one in kept
        ]
        return Batch(found, [(text, key) for text, key in same if key in kept_keys], rejected)

    def _measure(
        self, networks: Sequence[Network], stages: Sequence[Stage]
    ) -> tuple[list[Network], dict[str, dict[str, float]]]:
        """The networks that keep the constraints, and what was measured of each by string."""
        left = list(networks)
        metrics: dict[str, dict[str, float]] = {network.text: {} for network in left}
        for stage in stages:
            if not left:
                break
            for name, values in stage.measure(left).items():
                for network, value in zip(left, values.tolist(), strict=True):
                    metrics[network.text][name] = value
            left = [network for network in left if self._allows(metrics[network.text])]
        return left, {network.text: metrics[network.text] for network in left}

    def _allows(self, metrics: dict[str, float]) -> bool:
        return all(
            constraint.holds(metrics[constraint.metric])
            for constraint in self.constraints
            if constraint.metric in metrics
        )

    def _remember(self, batch: Batch, at_hand: Mapping[str, Any]) -> None:
        for text, key, metrics in batch.found:
            architecture = at_hand[text] if at_hand else self.catalogue.space.parse(text)
            self.candidates[key] = Candidate(architecture, text, key, metrics)
            self._key_of[text] = key
        self._key_of.update(batch.same)
        self._key_of.update(dict.fromkeys(batch.rejected))
