"""The same network by every frontend: is the fingerprint equal, and how long does reading take?

Run: python benchmarks/frontends.py > docs/results/frontends.md
"""

import logging
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import torch
from torch import nn

from gennape.frontends import graph_of
from gennape.graph import ComputationGraph, canonical
from gennape.utils.optional_imports import import_library

INTRODUCTION = """\
# Four ways to read a network

```bash
OMP_NUM_THREADS=1 python benchmarks/frontends.py
```

Each network is read four ways: the module itself is traced, and it is read from its `torch.export`
program, from the ONNX file of the TorchScript exporter and from that of the dynamo exporter. *yes*
means that the fingerprint is that of the traced module. Nodes are those of the graph as read and of
its canonical form; times are of one core.
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
)
COLUMNS = ("network", "nodes", "canonical", "export", "TorchScript", "dynamo")
TIMES = ("trace ms", "torch.export ms", "read ONNX ms", "canonical ms")


def module_of(name: str) -> nn.Module:
    """The network, with random weights, in evaluation mode."""
    library, _, model = name.partition(":")
    if library == "timm":
        return import_library("timm").create_model(model).eval()
    options = {"init_weights": True} if model in ("googlenet", "inception_v3") else {}
    return import_library("torchvision.models").get_model(model, **options).eval()


def timed(read: Callable[[], ComputationGraph]) -> tuple[ComputationGraph, float]:
    """The result of `read`, and its median time in milliseconds."""
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        result = read()
        times.append(1e3 * (perf_counter() - start))
    return result, median(times)


def export_onnx(module: nn.Module, image: torch.Tensor, path: Path, dynamo: bool) -> Path:
    """The ONNX file that PyTorch's old or new exporter writes."""
    options = {"verbose": False} if dynamo else {}
    with redirect_stdout(sys.stderr):
        torch.onnx.export(module, (image,), path, dynamo=dynamo, **options)
    return path


def measure(name: str, folder: Path) -> list[str]:
    """One row of the table."""
    module, size = module_of(name), 299 if "inception_v3" in name else 224
    image = torch.zeros(1, 3, size, size)
    graph, trace_time = timed(lambda: graph_of(module, (3, size, size)))
    start = perf_counter()
    program = torch.export.export(module, (image,))
    export_time = 1e3 * (perf_counter() - start)
    files = [
        export_onnx(module, image, folder / f"{dynamo}.onnx", dynamo) for dynamo in (False, True)
    ]
    others = [graph_of(program), *(graph_of(file) for file in files)]
    same = ["yes" if other.fingerprint == graph.fingerprint else "**no**" for other in others]
    onnx_time = median(timed(lambda file=file: graph_of(file))[1] for file in files)
    form, canonical_time = timed(lambda: canonical(graph))
    times = (trace_time, export_time, onnx_time, canonical_time)
    return [name, str(graph.num_nodes), str(form.num_nodes), *same, *(f"{t:.1f}" for t in times)]


def main() -> None:
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    print(INTRODUCTION)
    print("| " + " | ".join(COLUMNS + TIMES) + " |")
    print("|" + "---|" * len(COLUMNS + TIMES))
    rows = []
    for name in NAMES:
        with TemporaryDirectory() as folder:
            rows.append(measure(name, Path(folder)))
        print("| " + " | ".join(rows[-1]) + " |", flush=True)
    medians = [median(float(row[column]) for row in rows) for column in range(-len(TIMES), 0)]
    print("| median | | | | | | " + " | ".join(f"{value:.1f}" for value in medians) + " |")


if __name__ == "__main__":
    main()
