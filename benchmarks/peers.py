"""Other counters of multiply-accumulates beside `graph_of`, on timm's 98 modules in one run.

Each tool counts the same module with random weights on the same image, each model in a process of
its own; its row is kept in RUNS, so that a killed run goes on. What is right is the independent
count of `pytorch_counter.py`. `pip install fvcore ptflops thop torchinfo calflops onnx-tool`.

Run: OMP_NUM_THREADS=1 python benchmarks/peers.py RUNS > docs/results/peers.md
"""

import argparse
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

import torch
from counted_networks import Prepared, prepared
from independent_counts import in_process
from peer_tools import TOOLS, onnx_tool_macs, silently
from pytorch_counter import count_pytorch
from torch import nn

from gennape import graph_of
from gennape.graph import Op
from gennape.utils.optional_imports import import_library

LARGEST = 40_000_000
"""Models with more parameters are not exported: their files and exports take minutes."""
MOST_MACS = 10**10
"""Models of more multiply-accumulates are given without numbers, as they would take minutes."""
CLOSE = 0.01

INTRODUCTION = """\
# Other counters

```bash
OMP_NUM_THREADS=1 python benchmarks/peers.py RUNS > docs/results/peers.md
```

Libraries that count multiply-accumulates, on the smallest model of each of timm's 98 modules, each
called as its README shows, with weights in memory and an image of zeros; those of more than ten
billion are given without numbers, and not timed. *Right* is within 1 % of the
[independent count](independent-counts.md), for which attention is counted by its formula. *Time* is
that of one processor, as a multiple of `graph_of` on the same model: the median.
"""


@dataclass
class PeerRow:
    """What the tools found of one model.

    Attributes:
        name: The model.
        right: Multiply-accumulates, counted independently.
        products: Those of them that multiply two computed tensors, as attention does.
        macs: What each tool counted; None where it failed.
        seconds: Processor time of each.
        refused: Why there is no row.
    """

    name: str
    right: int = 0
    products: int = 0
    macs: dict[str, int | None] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    refused: str = ""


def measure(name: str) -> PeerRow:
    """Let every tool count one model."""
    warnings.simplefilter("ignore")
    network = prepared(name)
    row = PeerRow(name, right=count_pytorch(name, network)[0])
    shape = network.inputs[0]
    image = torch.zeros(shape)
    for tool, count in TOOLS.items():
        if row.right > MOST_MACS:
            row.macs[tool] = silently(count, prepared(name).module, image.to("meta"))
            continue
        module = prepared(name, "cpu").module
        start = process_time()
        row.macs[tool] = silently(count, module, image)
        row.seconds[tool] = process_time() - start
    graph = graph_of(prepared(name).module, shape[1:])
    row.products = int(graph.node_macs[graph.operations == Op.MATMUL].sum())
    if sum(p.numel() for p in network.module.parameters()) <= LARGEST:
        with TemporaryDirectory() as folder:
            _measure_file(row, prepared(name, "cpu").module, image, Path(folder) / "net.onnx")
    return row


def _measure_file(row: PeerRow, module: nn.Module, image: torch.Tensor, path: Path) -> None:
    """Export a model, and count the file."""
    try:
        torch.onnx.export(module, (image,), path, dynamo=False, opset_version=17)
    except Exception:
        return
    for tool, count in _FILE_TOOLS.items():
        start = process_time()
        row.macs[tool] = silently(count, path)
        row.seconds[tool] = process_time() - start


_FILE_TOOLS = {"gennape, ONNX": lambda path: graph_of(path).macs, "onnx-tool": onnx_tool_macs}


def lines(rows: Sequence[PeerRow]) -> Iterator[str]:
    """Yield the lines of the page."""
    yield INTRODUCTION
    yield "| | version | right | less | more | failed | time | why not right |"
    yield "|---|---|---:|---:|---:|---:|---:|---|"
    for tool in (*TOOLS, *_FILE_TOOLS):
        base = "gennape, ONNX" if tool in _FILE_TOOLS else "gennape"
        yield _tool_line(tool, base, [row for row in rows if tool in row.macs])
    yield "\nRatios to the independent count: *-* where a tool fails, empty without a file.\n"
    yield "| model | MACs | " + " | ".join([*TOOLS, *_FILE_TOOLS]) + " |"
    yield "|---|---:" + "|---:" * len([*TOOLS, *_FILE_TOOLS]) + "|"
    for row in rows:
        ratios = (_ratio(row, tool) for tool in (*TOOLS, *_FILE_TOOLS))
        yield f"| {row.name.removeprefix('timm:')} | {row.right:,} | {' | '.join(ratios)} |"


def _ratio(row: PeerRow, tool: str) -> str:
    if tool not in row.macs:
        return ""
    macs = row.macs[tool]
    return "-" if macs is None else f"{macs / row.right:.3f}"


def _tool_line(tool: str, base: str, rows: Sequence[PeerRow]) -> str:
    """Sum up what one tool found."""
    found = [(row.macs[tool], row) for row in rows]
    counted = [(macs, row) for macs, row in found if macs is not None]
    less = [row for macs, row in counted if macs < row.right * (1 - CLOSE)]
    more = [row for macs, row in counted if macs > row.right * (1 + CLOSE)]
    right = len(counted) - len(less) - len(more)
    timed = [row.seconds for _, row in counted if tool in row.seconds]
    times = median(seconds[tool] / seconds[base] for seconds in timed)
    package = {"FlopCounterMode": "torch"}.get(tool, tool.partition(",")[0])
    numbers = f"{right} of {len(rows)} | {len(less)} | {len(more)} | {len(found) - len(counted)}"
    reasons = _REASONS.get(tool, "")
    without = sum(_leaves_out_products(row, tool) for row in less)
    if without:
        reasons = f"of {without} it leaves out products of two computed tensors; {reasons}"
    return f"| {tool} | {version(package)} | {numbers} | {times:.1f} | {reasons} |"


def _leaves_out_products(row: PeerRow, tool: str) -> bool:
    """Tell whether a count is what remains without products of computed tensors, or nearly."""
    macs = row.macs[tool] or 0
    return abs(macs - (row.right - row.products)) <= CLOSE * row.right


_REASONS: Mapping[str, str] = {
    "FlopCounterMode": "the CPU's fused attention is not in its table",
    "ptflops": "it knows classes of modules and some functions; norms and biases count",
    "thop": "it knows modules by their exact class, no functions; norms count",
    "torchinfo": "a linear layer on many tokens counts once, functions do not count",
    "calflops": "it knows functions, but not fused attention",
    "fvcore": "norms count, fused attention does not",
    "onnx-tool": "every element of sums, norms and activations counts",
}
"""What the source of each tool says."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    path = parser.parse_args().runs
    import_library("torchvision")  # also where it is built for another device
    from timm_models import SMALLEST

    texts = path.read_text().splitlines() if path.exists() else []
    rows = {row.name: row for row in (PeerRow(**json.loads(text)) for text in texts)}
    small = Prepared(nn.Conv2d(3, 8, 3), ((1, 3, 32, 32),))
    for count in TOOLS.values():  # what only the first call takes is no model's
        silently(count, small.module, torch.zeros(1, 3, 32, 32))
    names = [f"timm:{model}" for model in SMALLEST.values()]
    with path.open("a") as runs:
        for name in names:
            if name not in rows:
                rows[name] = in_process(partial(measure, name), PeerRow(name))
                print(json.dumps(asdict(rows[name])), file=runs, flush=True)
    for line in lines([rows[name] for name in names if not rows[name].refused]):
        print(line)


if __name__ == "__main__":
    main()
