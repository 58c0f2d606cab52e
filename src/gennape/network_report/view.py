"""All that a page shows of one network."""

from dataclasses import dataclass
from functools import cached_property

from gennape.api import ScoreParts
from gennape.graph import ComputationGraph
from gennape.graph.draw import svg_of
from gennape.network_report.layers import LayerCost, layer_costs
from gennape.reports.numbers import with_unit

_DATASETS = {"imagenet-1k": "ImageNet", "cifar10": "CIFAR-10", "cifar100": "CIFAR-100"}


@dataclass(frozen=True)
class NetworkView:
    """One network of a page.

    Attributes:
        number: Its number on the page, from 1.
        row: Its score, its expected accuracy and what they rest on.
        graph: The network.
    """

    number: int
    row: ScoreParts
    graph: ComputationGraph

    @property
    def name(self) -> str:
        return self.row.model

    @property
    def anchor(self) -> str:
        return f"network-{self.number}"

    @property
    def accuracy(self) -> float | None:
        """The measured accuracy of this very network, else the expected one, in percent."""
        is_measured = self.row.scope == "measured" and self.row.measured is not None
        return self.row.measured if is_measured else self.row.accuracy

    @cached_property
    def layers(self) -> list[LayerCost]:
        return layer_costs(self.graph)

    @cached_property
    def drawing(self) -> str:
        """As SVG."""
        return svg_of(self.graph)

    @property
    def activations(self) -> int:
        return sum(layer.activations for layer in self.layers)

    def cost(self, count: int) -> str:
        """Write a cost with its unit, after the sign of a lower bound where it is one."""
        return with_unit(count) if self.graph.complete else f"≥ {with_unit(count)}"


def dataset_title(dataset: str | None) -> str:
    """Return the name of a data set in running text; empty for none."""
    return "" if dataset is None else _DATASETS.get(dataset, dataset)
