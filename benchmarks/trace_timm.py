"""The smallest model of each of timm's model modules as a graph, checked against PyTorch.

Parameters are compared with the sum over `module.parameters()`, multiply-accumulates with
half the count of `FlopCounterMode` on the same meta tensors.

Run: python benchmarks/trace_timm.py > docs/results/timm.md
"""

import warnings
from collections import Counter
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from gennape import graph_of
from gennape.utils.optional_imports import import_library

timm = import_library("timm")  # also where torchvision is built for another device
from timm_models import SMALLEST  # noqa: E402

INTRODUCTION = """\
```bash
python benchmarks/trace_timm.py
```

The smallest model of each of timm's model modules: milliseconds to read it, nodes of its graph,
whether parameters are those of the module, and MACs divided by those that PyTorch's own counter
finds.
"""


@dataclass(frozen=True)
class Row:
    """What was found for one model."""

    module: str
    model: str
    seconds: float
    nodes: int
    exact: bool
    ratio: float
    unknown: dict[str, int]

    def __str__(self) -> str:
        unknown = ", ".join(f"{name} x {count}" for name, count in self.unknown.items())
        parameters = "exact" if self.exact else "**differ**"
        return (
            f"| {self.module} | {self.model} | {1000 * self.seconds:.0f} | {self.nodes} "
            f"| {parameters} | {self.ratio:.4f} | {unknown} |"
        )


def made(name: str) -> nn.Module:
    """A model without weights."""
    try:
        with torch.device("meta"):
            return timm.create_model(name)
    except (NotImplementedError, RuntimeError):  # its constructor computes with tensors
        return timm.create_model(name)


def counted_macs(model: nn.Module, shape: tuple[int, ...]) -> int:
    """Multiply-accumulates as PyTorch itself counts them."""
    model.eval().requires_grad_(False).to("meta")
    with FlopCounterMode(display=False) as counter:
        model(torch.empty(1, *shape, device="meta"))
    return counter.get_total_flops() // 2


def examined(module: str, name: str) -> Row:
    """One model, read and compared."""
    model = made(name)
    shape = model.default_cfg["input_size"]
    start = perf_counter()
    graph = graph_of(model, shape)
    seconds = perf_counter() - start
    return Row(
        module=module,
        model=name,
        seconds=seconds,
        nodes=graph.num_nodes,
        exact=graph.parameters == sum(p.numel() for p in model.parameters()),
        ratio=graph.macs / counted_macs(model, shape),
        unknown=graph.unknown_operations,
    )


def main() -> None:
    warnings.simplefilter("ignore")
    graph_of(nn.Conv2d(3, 8, 3), (3, 8, 8))  # what only the first call takes is no model's
    print(f"# Models of timm {timm.__version__}\n\n{INTRODUCTION}")
    print("| module | model | ms | nodes | parameters | MACs / PyTorch's | not in vocabulary |")
    print("|---|---|---:|---:|---|---:|---|")
    rows: list[Row] = []
    failed: dict[str, str] = {}
    for module, name in SMALLEST.items():
        try:
            rows.append(examined(module, name))
            print(rows[-1], flush=True)
        except ValueError as error:
            failed[name] = str(error)
    summary(rows, failed)


def summary(rows: list[Row], failed: dict[str, str]) -> None:
    """What the table comes to."""
    nodes = sum(row.nodes for row in rows)
    unknown = sum((Counter(row.unknown) for row in rows), Counter[str]())
    close = sum(abs(row.ratio - 1) <= 0.01 for row in rows)
    print(f"\n- {len(rows)} of {len(SMALLEST)} models give a graph; failed: {failed or 'none'}")
    print(f"- parameters exact: {sum(row.exact for row in rows)}")
    print(f"- MACs within 1 %: {close}, equal: {sum(row.ratio == 1 for row in rows)}")
    print(f"- median time: {1000 * median(row.seconds for row in rows):.0f} ms")
    print(f"- outside the vocabulary: {unknown.total()} of {nodes} nodes ({dict(unknown)})")


if __name__ == "__main__":
    main()
