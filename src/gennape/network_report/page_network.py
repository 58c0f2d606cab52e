"""All that a page shows of one network."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gennape.estimator import ScoreParts
from gennape.frontends.names_in_files import MODEL_FILES
from gennape.graph import ComputationGraph
from gennape.graph.draw import svg_of
from gennape.network_report.layers import LayerCost, layer_costs
from gennape.reports.markup import Markup
from gennape.reports.numbers import with_unit

_DATASETS = {"imagenet-1k": "ImageNet", "cifar10": "CIFAR-10", "cifar100": "CIFAR-100"}


@dataclass(frozen=True)
class PageNetwork:
    """One network of a page.

    Attributes:
        number: Its number on the page, from 1.
        row: Its score, its expected accuracy and what they rest on.
        graph: The network.
        name: What it is called, of a file without the folders that all have in common.
    """

    number: int
    row: ScoreParts
    graph: ComputationGraph
    name: str

    @property
    def anchor(self) -> str:
        """The name of its section within the page."""
        return f"network-{self.number}"

    @property
    def accuracy(self) -> float | None:
        """The measured accuracy of this very network, else the expected one, in percent."""
        is_measured = self.row.scope == "measured" and self.row.measured is not None
        return self.row.measured if is_measured else self.row.accuracy

    @cached_property
    def layers(self) -> list[LayerCost]:
        """Its layers, in topological order."""
        return layer_costs(self.graph)

    @cached_property
    def drawing(self) -> str:
        """As SVG."""
        return svg_of(self.graph)

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one input."""
        return self.graph.macs

    @property
    def parameters(self) -> int:
        """Learned parameters."""
        return self.graph.parameters

    @property
    def activations(self) -> int:
        """Numbers that its convolutions, linear layers and matrix products put out."""
        return sum(layer.activations for layer in self.layers)

    def cost(self, count: int) -> str:
        """Write a cost with its unit, after the sign of a lower bound where it is one."""
        return with_unit(count) if self.graph.complete else f"≥ {with_unit(count)}"


def short_names(models: Sequence[str]) -> list[str]:
    """Return names of files without folders, unless two files would have the same name.

    Args:
        models: Files and other names, which stay as they are.
    """
    short = [Path(one).name if Path(one).suffix in MODEL_FILES else one for one in models]
    counts = Counter(short)
    return [name if counts[name] == 1 else model for name, model in zip(short, models, strict=True)]


def breakable(name: str) -> list[Markup | str]:
    """A name that may be broken into lines after `:`, `/`, `_` and `-`."""
    parts = re.split(r"(?<=[:/_-])(?=.)", name)
    return [piece for part in parts for piece in (Markup("<wbr>"), part)][1:]


def dataset_title(dataset: str | None) -> str:
    """Return the name of a data set in running text; empty for none."""
    return "" if dataset is None else _DATASETS.get(dataset, dataset)
