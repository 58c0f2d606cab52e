"""Whether modules made of graphs compute what the networks compute, on timm's models.

Every model is read on random numbers, its weights are copied into the module that its graph
makes, and both compute the same two inputs.

Run: python benchmarks/executed_timm.py [MODULE ...] > docs/results/executed.md
"""

import sys
import warnings
from collections.abc import Mapping
from time import perf_counter

import torch
from torch import Tensor, nn

from gennape.frontends.torch.weights import graph_and_weights
from gennape.graph import GraphError
from gennape.utils.optional_imports import import_library

timm = import_library("timm")
from timm_models import SMALLEST  # noqa: E402

INTRODUCTION = """\
```bash
python benchmarks/executed_timm.py
```

The smallest model of each of timm's model modules with random weights: the module that its graph
makes beside itself, on two random images (on one where it does more than 20 billion
multiply-accumulates). The difference is the largest one, as a share of the largest output.
"""
TOLERANCE = 1e-4


def randomised(name: str) -> nn.Module:
    """A model in evaluation whose numbers are all different, those that start equal among them."""
    torch.manual_seed(0)
    model: nn.Module = timm.create_model(name).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.02 * torch.randn_like(parameter)
        for key, buffer in model.named_buffers():
            if key.endswith("running_mean"):
                buffer += 0.1 * torch.randn_like(buffer)
            elif key.endswith("running_var"):
                buffer *= 0.5 + torch.rand_like(buffer)
    return model


def difference(name: str) -> tuple[float, int]:
    """The largest difference between a model and the module of its graph, and the batch."""
    model = randomised(name)
    shape = model.default_cfg["input_size"]
    graph, weights = graph_and_weights(model, [torch.randn(1, *shape)])
    module = graph.to_module(weights).eval()
    x = torch.randn(1 if graph.macs > 2e10 else 2, *shape)
    with torch.no_grad():
        expected: Tensor = model(x)
        actual: Tensor = module(x)
    if actual.shape != expected.shape:
        raise GraphError(f"gives {tuple(actual.shape)} in place of {tuple(expected.shape)}")
    return float((actual - expected).abs().max() / expected.abs().max()), len(x)


def print_agreement(found: Mapping[str, float], count: int) -> None:
    """Print how many networks compute the same, of those tried; refused ones were not found."""
    equal = sum(value <= TOLERANCE for value in found.values())
    print(f"\n- {equal} of {count} agree within {TOLERANCE}")
    print(f"- {len(found) - equal} compute something else, {count - len(found)} are refused")


def main() -> None:
    warnings.simplefilter("ignore")
    print(f"# Modules of timm {timm.__version__}'s models\n\n{INTRODUCTION}")
    print("| module | model | samples | difference | seconds |")
    print("|---|---|---:|---:|---:|")
    chosen = sys.argv[1:] or list(SMALLEST)
    found: dict[str, float] = {}
    for module in chosen:
        name, start = SMALLEST[module], perf_counter()
        try:
            found[name], samples = difference(name)
            result = f"{samples} | {found[name]:.1e}"
        except ValueError as error:
            result = f" | {error}"
        print(f"| {module} | {name} | {result} | {perf_counter() - start:.0f} |", flush=True)
    print_agreement(found, len(chosen))


if __name__ == "__main__":
    main()
