"""Reading a module beside `torch.export` on the same module, in the same run.

Run: OMP_NUM_THREADS=1 python benchmarks/trace_speed.py > docs/results/trace-speed.md
"""

import warnings
from collections.abc import Callable
from statistics import median
from time import perf_counter

import torch

from gennape import graph_of
from gennape.utils.optional_imports import import_library

INTRODUCTION = """\
# Reading a module

```bash
OMP_NUM_THREADS=1 python benchmarks/trace_speed.py
```

Median milliseconds on one core; `torch.export` on the same module in the same run. Other pages
([timm](timm.md)) were measured on slower machines; compare ratios.
"""

MODELS = (
    "resnet18",
    "mobilenetv3_small_100",
    "efficientnet_b0",
    "densenet121",
    "convnext_tiny",
    "vit_tiny_patch16_224",
    "mixer_s32_224",
    "regnetx_002",
    "ghostnet_100",
    "inception_v3",
)
REPEATS = 5


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Median wall-clock time, after one call that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times)


def main() -> None:
    warnings.simplefilter("ignore")
    timm = import_library("timm")
    print(INTRODUCTION)
    print("| model | graph_of | torch.export | ratio |\n|---|---:|---:|---:|")
    ratios, times = [], []
    for name in MODELS:
        model = timm.create_model(name).eval()
        shape = model.default_cfg["input_size"]
        example = (torch.zeros(1, *shape),)
        ours = seconds(lambda model=model, shape=shape: graph_of(model, shape), REPEATS)
        export = seconds(lambda model=model, x=example: torch.export.export(model, x), 3)
        ratios.append(ours / export)
        times.append(ours)
        print(f"| {name} | {1000 * ours:.1f} | {1000 * export:.0f} | 1/{export / ours:.0f} |")
    print(
        f"\nMedian: {1000 * median(times):.1f} ms, 1/{1 / median(ratios):.0f} of `torch.export`; "
        f"the slowest ratio is 1/{1 / max(ratios):.0f}."
    )


if __name__ == "__main__":
    main()
