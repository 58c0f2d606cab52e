"""How long the commands take, from the start of the process to its end.

Run: python benchmarks/command_line.py
"""

import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

REPEATS = 5
CELL = "nasbench101:c3-c1-mp/01-12-23-34-14"
COMMANDS = (
    ("--version",),
    ("--help",),
    ("families",),
    ("graph", CELL),
    ("score", CELL),
    ("score", "timm:resnet18"),
)


def seconds(command: tuple[str, ...]) -> float:
    """Wall-clock time of one run."""
    gennape = Path(sys.executable).with_name("gennape")
    start = perf_counter()
    subprocess.run([gennape, *command], check=True, capture_output=True)
    return perf_counter() - start


def main() -> None:
    print(f"{'command':<56}{'median s':>10}")
    for command in COMMANDS:
        times = [seconds(command) for _ in range(REPEATS)]
        print(f"gennape {' '.join(command):<48}{median(times):>10.2f}")


if __name__ == "__main__":
    main()
