"""Time and memory of reading an ONNX file with its weights inside.

Writes a file of matrix products with random weights, reads it in a process of its own, twice, and
removes it.

Run: OMP_NUM_THREADS=1 python benchmarks/large_onnx.py FOLDER
"""

import argparse
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

_SIDE = 4096
_READ = r"""
import re, sys
from pathlib import Path
from time import perf_counter
from gennape.frontends.onnx.reader import read_onnx
def most_memory():
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])
before = most_memory()
start = perf_counter()
graph = read_onnx(Path(sys.argv[1]))
seconds = perf_counter() - start
more = (most_memory() - before) / 1024
print(f"{graph.parameters:,} parameters in {seconds:.3f} s, {more:.0f} MiB more")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layers", type=int, default=30, help="of 64 MiB each")
    arguments = parser.parse_args()
    path = arguments.folder / "large.onnx"
    try:
        path.write_bytes(_model(arguments.layers))
        print(f"{path.stat().st_size / 2**30:.2f} GiB")
        for _ in range(2):
            subprocess.run([sys.executable, "-c", _READ, str(path)], check=True)
    finally:
        path.unlink(missing_ok=True)


def _model(layers: int) -> bytes:
    """Write matrix products one after another."""
    random = np.random.default_rng(0)
    weights = []
    for layer in range(layers):
        numbers = random.standard_normal((_SIDE, _SIDE), dtype=np.float32)
        tensor = TensorProto(name=f"w{layer}", data_type=1, dims=numbers.shape)
        tensor.raw_data = numbers.tobytes()
        weights.append(tensor)
    names = [f"h{layer}" for layer in range(layers + 1)]
    nodes = [
        helper.make_node("MatMul", [before, f"w{layer}"], [after])
        for layer, (before, after) in enumerate(pairwise(names))
    ]
    x = helper.make_tensor_value_info(names[0], TensorProto.FLOAT, (1, _SIDE))
    y = helper.make_tensor_value_info(names[-1], TensorProto.FLOAT, (1, _SIDE))
    graph = helper.make_graph(nodes, "large", [x], [y], weights)
    opsets = [helper.make_opsetid("", 17)]
    content: bytes = helper.make_model(graph, opset_imports=opsets).SerializeToString()
    return content


if __name__ == "__main__":
    main()
