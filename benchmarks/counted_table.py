"""The page of `independent_counts.py`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

INTRODUCTION = """\
# Counts beside independent ones

```bash
python benchmarks/independent_counts.py RUNS FOLDER > docs/results/independent-counts.md
```

Multiply-accumulates (MACs) and parameters of `graph_of` beside independent ones. Modules of timm,
torchvision, pytorchcv and Hugging Face are counted by PyTorch's `FlopCounterMode`, attention by its
plain formula, and their parameters by `module.parameters()`. ONNX files of packages of the package
index are run by onnxruntime, whose profile tells the shapes of all operators that run, also inside
branches; their parameters are the arrays stored for these.

*Differs* is one network, by 0.00001 %: products of two constants, here the angles of rotary
positions, are not counted, as exporters fold them.
"""


@dataclass
class Row:
    """One network.

    Attributes:
        name: `library:model`.
        macs: Multiply-accumulates as read.
        parameters: Parameters as read.
        complete: Whether these are said to be all, not a lower bound.
        warned: Where the count is said to end.
        refused: Why it is not read.
        counted_macs: Multiply-accumulates as counted independently.
        counted_parameters: Parameters as counted independently.
        stopped: Where the independent count ended, if not at the end.
        seconds: Time to read it.
    """

    name: str
    macs: int = 0
    parameters: int = 0
    complete: bool = True
    warned: str = ""
    refused: str = ""
    counted_macs: int = 0
    counted_parameters: int = 0
    stopped: str = ""
    seconds: float = 0.0

    @property
    def library(self) -> str:
        """The library that it comes from."""
        return self.name.partition(":")[0]

    @property
    def verdict(self) -> str:
        """What the comparison comes to."""
        if self.refused:
            return "refused"
        macs, parameters = self.counted_macs, self.counted_parameters
        if self.complete and not self.warned:
            return "equal" if (self.macs, self.parameters) == (macs, parameters) else "differs"
        is_below = self.macs <= macs and self.parameters <= parameters
        return "lower bound" if is_below else "differs"


VERDICTS = ("equal", "lower bound", "differs", "refused")


def page(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of the page."""
    yield INTRODUCTION
    yield "| | networks | " + " | ".join(VERDICTS) + " |"
    yield "|---|---:" + "|---:" * len(VERDICTS) + "|"
    for library, group in groupby(rows, key=lambda row: row.library):
        yield _summary(library, list(group))
    yield _summary("all", rows)
    yield "\nA lower bound is said so: by a warning, and by `≥` where learned work is left out."
    for verdict in VERDICTS[1:]:
        found = [row for row in rows if row.verdict == verdict]
        if found:
            yield f"\n## {verdict.capitalize()}\n"
            yield "| network | MACs | counted | parameters | counted | |"
            yield "|---|---:|---:|---:|---:|---|"
            yield from map(_detailed, found)
    yield "\n## Equal\n\n| network | MACs | parameters |\n|---|---:|---:|"
    for row in rows:
        if row.verdict == "equal":
            yield f"| {row.name} | {row.macs:,} | {row.parameters:,} |"


def _summary(name: str, rows: Sequence[Row]) -> str:
    counts = [sum(row.verdict == verdict for row in rows) for verdict in VERDICTS]
    return f"| {name} | {len(rows)} | " + " | ".join(map(str, counts)) + " |"


def _detailed(row: Row) -> str:
    said = " ".join((row.refused or row.warned).replace("|", "/").split())
    note = f"{said} (counted {row.stopped})" if row.stopped else said
    macs = "" if row.refused else f"{row.macs:,}"
    parameters = "" if row.refused else f"{row.parameters:,}"
    counted = f"{row.counted_macs:,}", f"{row.counted_parameters:,}"
    return f"| {row.name} | {macs} | {counted[0]} | {parameters} | {counted[1]} | {note} |"
