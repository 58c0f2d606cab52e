"""Scripts that run in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path


def run_script(script: Path) -> "subprocess.CompletedProcess[str]":
    """Run a script that can import what this process can."""
    return subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=120,
    )
