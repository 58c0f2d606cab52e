"""The same network by every frontend: is the fingerprint equal, and how long does reading take?

Run: python benchmarks/frontends.py > docs/results/frontends.md
"""

import logging
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

import torch
from counted_networks import prepared, tensors
from recurrent_networks import NETWORKS
from torch import nn

from gennape.frontends import graph_of
from gennape.graph import ComputationGraph, canonical

INTRODUCTION = """\
# Five ways to read a network

```bash
OMP_NUM_THREADS=1 python benchmarks/frontends.py
```

Each network is read five ways: the module itself is traced, and it is read from its `torch.export`
program in memory and saved, from the ONNX file of the TorchScript exporter and from that of the
dynamo exporter. *yes* means that the fingerprint is that of the traced module. Nodes are those of
the graph as read and of its canonical form; times are of one core, *ratio* is that of
`torch.export` to the trace. `sequence` are those of `benchmarks/recurrent_networks.py`.
"""

REPEATS = 3
NAMES = (
    "torchvision:resnet18",
    "torchvision:vgg11",
    "torchvision:mobilenet_v2",
    "torchvision:mobilenet_v3_small",
    "torchvision:densenet121",
    "torchvision:squeezenet1_1",
    "torchvision:googlenet",
    "torchvision:inception_v3",
    "torchvision:shufflenet_v2_x1_0",
    "torchvision:regnet_x_400mf",
    "torchvision:convnext_tiny",
    "torchvision:vit_b_32",
    "timm:efficientnet_b0",
    "timm:ghostnet_100",
    "timm:vit_tiny_patch16_224",
    "timm:mixer_s32_224",
    "timm:poolformer_s12",
    "timm:mobilevit_xxs",
    "timm:swin_tiny_patch4_window7_224",
    "timm:deit_tiny_patch16_224",
    "timm:pvt_v2_b0",
    "timm:levit_128s",
    "timm:efficientvit_m0",
    "timm:edgenext_xx_small",
    "timm:xcit_nano_12_p8_224",
    "timm:sequencer2d_s",
    "sequence:tagger",
    "sequence:speech",
    "sequence:encoder",
    "sequence:pointer",
)
COLUMNS = ("network", "nodes", "canonical", "export", "saved", "TorchScript", "dynamo")
TIMES = ("trace ms", "torch.export ms", "ratio", "read ONNX ms", "canonical ms")


class Network(NamedTuple):
    """A network with random weights, in evaluation, and example inputs."""

    module: nn.Module
    inputs: tuple[Any, ...]


def network_of(name: str) -> Network:
    """Make the network called `name`, with numbers that are all different, as trained ones are.

    The dynamo exporter stores equal tensors, such as biases that start with zeros, once.
    """
    library, _, model = name.partition(":")
    if library == "sequence":
        make, args = NETWORKS[model]
        network = Network(make().eval(), args)
    else:
        found = prepared(name, "cpu")
        network = Network(found.module, tensors(found.inputs, "cpu")[0])
    with torch.no_grad():
        for parameter in network.module.parameters():
            parameter += 0.02 * torch.randn_like(parameter)
    return network


def timed(read: Callable[[], ComputationGraph]) -> tuple[ComputationGraph, float]:
    """The result of `read`, and its median time in milliseconds."""
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        result = read()
        times.append(1e3 * (perf_counter() - start))
    return result, median(times)


def export_onnx(network: Network, path: Path, dynamo: bool) -> Path:
    """Write the ONNX file of PyTorch's old or new exporter."""
    options = {"verbose": False} if dynamo else {}
    with redirect_stdout(sys.stderr):
        torch.onnx.export(network.module, network.inputs, path, dynamo=dynamo, **options)
    return path


def measure(name: str, folder: Path) -> list[str]:
    """Measure one row of the table."""
    network = network_of(name)
    graph, trace_time = timed(lambda: graph_of(network.module, inputs=network.inputs))
    start = perf_counter()
    program = torch.export.export(network.module, network.inputs)
    export_time = 1e3 * (perf_counter() - start)
    torch.export.save(program, folder / "saved.pt2")
    same = [_same(graph, lambda: program), _same(graph, lambda: folder / "saved.pt2")]
    for dynamo in (False, True):
        path = folder / f"{dynamo}.onnx"
        same.append(_same(graph, partial(export_onnx, network, path, dynamo)))
    files = sorted(folder.glob("*.onnx"))
    onnx_time = median(timed(partial(graph_of, file))[1] for file in files)
    form, canonical_time = timed(lambda: canonical(graph))
    times = (trace_time, export_time, export_time / trace_time, onnx_time, canonical_time)
    return [name, str(graph.num_nodes), str(form.num_nodes), *same, *(f"{t:.1f}" for t in times)]


def _same(graph: ComputationGraph, exported: Callable[[], Any]) -> str:
    """Tell whether an export of the network is read as the same one."""
    try:
        other = exported()
    except Exception as error:
        print(error, file=sys.stderr)
        return "no export"
    return "yes" if graph_of(other).fingerprint == graph.fingerprint else "**no**"


def main() -> None:
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    print(INTRODUCTION)
    print("| " + " | ".join(COLUMNS + TIMES) + " |")
    print("|" + "---|" * len(COLUMNS + TIMES))
    rows = []
    for name in sys.argv[1:] or NAMES:
        with TemporaryDirectory() as folder:
            rows.append(measure(name, Path(folder)))
        print("| " + " | ".join(rows[-1]) + " |", flush=True)
    medians = [median(float(row[column]) for row in rows) for column in range(-len(TIMES), 0)]
    print(f"| median{' |' * len(COLUMNS)} " + " | ".join(f"{m:.1f}" for m in medians) + " |")
    whole = sum(row[3 : len(COLUMNS)] == ["yes"] * 4 for row in rows)
    print(f"\n{whole} of {len(rows)} have one fingerprint by all ways.")


if __name__ == "__main__":
    main()
