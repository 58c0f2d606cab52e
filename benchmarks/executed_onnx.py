"""Whether modules made of ONNX files compute what onnxruntime computes, on timm's models.

Every model is exported with random weights, its graph is read from the file, the numbers of the
file are copied into the module that the graph makes, and both compute the same image.

Run: python benchmarks/executed_onnx.py [MODULE ...] >> docs/results/executed.md
"""

import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import onnxruntime
import torch
from executed_timm import print_agreement, randomised
from timm_models import SMALLEST

from gennape.frontends.onnx.reader import read_with_names
from gennape.frontends.onnx.weights import numbers_of

LARGEST = 40_000_000
"""Models with more parameters are left out: their files and exports take minutes."""


def difference(name: str, folder: Path) -> float:
    """The largest difference to onnxruntime, as a share of the largest output."""
    model = randomised(name)
    x = torch.randn(1, *model.default_cfg["input_size"])
    path = folder / "network.onnx"
    with torch.no_grad():
        torch.onnx.export(model, (x,), path, dynamo=False, opset_version=17)
    graph, names = read_with_names(path)
    module = graph.to_module(numbers_of(path, names)).eval()
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    expected = torch.from_numpy(session.run(None, {session.get_inputs()[0].name: x.numpy()})[0])
    with torch.no_grad():
        actual = module(x)
    if actual.shape != expected.shape:
        raise ValueError(f"gives {tuple(actual.shape)} in place of {tuple(expected.shape)}")
    return float((actual - expected).abs().max() / expected.abs().max())


def main() -> None:
    warnings.simplefilter("ignore")
    print("\n## By ONNX\n\nThe same models, exported by TorchScript with operator set 17, beside")
    print("onnxruntime.\n\n| module | model | difference | seconds |\n|---|---|---:|---:|")
    found: dict[str, float] = {}
    chosen = sys.argv[1:] or list(SMALLEST)
    for module in chosen:
        name, start = SMALLEST[module], perf_counter()
        with TemporaryDirectory() as folder:
            try:
                found[name] = difference(name, Path(folder))
                result = f"{found[name]:.1e}"
            except Exception as error:
                result = " ".join(str(error).split())[:300]
        print(f"| {module} | {name} | {result} | {perf_counter() - start:.0f} |", flush=True)
    print_agreement(found, len(chosen))


if __name__ == "__main__":
    main()
