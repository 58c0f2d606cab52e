"""How long whole processes take and how much memory they need, beside the previous release.

Each command runs in a process of its own, from the start of Python to its end; both releases
take turns, so that whatever else the machine does falls on both alike.

Run: python benchmarks/startup.py --before PYTHON --now PYTHON
The interpreters are those of environments with the previous release and with this one; the one that
runs this script exports the network, for which it needs timm.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from statistics import median
from time import perf_counter
from typing import NamedTuple

CELL = "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"
COMMANDS = {
    "--version": ("--version",),
    "score resnet18.onnx": ("score", "{file}"),
    "explain resnet18.onnx": ("explain", "{file}"),
    "score resnet18.pt2": ("score", "{program}"),
    "score nasbench201:CELL": ("score", f"nasbench201:{CELL}"),
}
CALL = "from gennape.cli import app; app()"
EXPORT = """
import sys, torch
from gennape.utils.optional_imports import import_library
module = import_library("timm").create_model("resnet18").eval()
images = torch.zeros(1, 3, 224, 224)
torch.onnx.export(module, (images,), sys.argv[1], dynamo=False)
torch.export.save(torch.export.export(module, (images,)), sys.argv[2])
"""
"""Writes ResNet-18 with its weights, 47 MB, as both files; elsewhere, for the process that measures
must be small: what it holds counts for those that it starts."""


class Run(NamedTuple):
    """One process: wall-clock and processor seconds, and the most MB that it held."""

    wall: float
    cpu: float
    peak: float


def run(python: str, arguments: list[str]) -> Run:
    start = perf_counter()
    process = subprocess.Popen(
        [python, "-c", CALL, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | {"GENNAPE_GRAPH_CACHE_MB": "0"},
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(process.stderr.read().decode() if process.stderr else "it failed")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def cells(runs: list[Run]) -> list[str]:
    walls = [one.wall for one in runs]
    return [
        f"{min(walls):.2f} ({median(walls):.2f})",
        f"{min(one.cpu for one in runs):.2f}",
        f"{median(one.peak for one in runs):.0f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", help="Python with the previous release")
    parser.add_argument("--now", default=sys.executable, help="Python with this release")
    parser.add_argument("--repeats", type=int, default=10)
    arguments = parser.parse_args()
    pythons = [python for python in (arguments.before, arguments.now) if python]
    releases = ["before", "now"][-len(pythons) :]
    headings = [
        f"{what}, {release}"
        for release in releases
        for what in ("seconds", "processor seconds", "peak MB")
    ]
    print(f"| gennape | {' | '.join(headings)} |")
    print("|---|" + "---:|" * len(headings))
    with tempfile.TemporaryDirectory() as folder:
        files = {"{file}": f"{folder}/resnet18.onnx", "{program}": f"{folder}/resnet18.pt2"}
        export = [sys.executable, "-W", "ignore", "-c", EXPORT, *files.values()]
        subprocess.run(export, check=True, capture_output=True)
        for name, command in COMMANDS.items():
            filled = [files.get(argument, argument) for argument in command]
            runs: list[list[Run]] = [[] for _ in pythons]
            for _ in range(arguments.repeats):
                for kept, python in zip(runs, pythons, strict=True):
                    kept.append(run(python, filled))
            row = [cell for kept in runs for cell in cells(kept)]
            print(f"| {name} | {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
