"""The examples run, and the docs show what they print."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.skipif(find_spec("timm") is None, reason="needs the extra timm")
def test_rank_known_networks_prints_what_the_docs_show() -> None:
    script = ROOT / "examples" / "rank_known_networks.py"
    result = subprocess.run(
        [sys.executable, script], check=True, capture_output=True, text=True, timeout=300
    )
    printed = [line.split() for line in result.stdout.splitlines()]
    shown_file = ROOT / "docs" / "results" / "rank_known_networks.txt"
    shown = [line.split() for line in shown_file.read_text().splitlines()]
    assert [row[0] for row in printed] == [row[0] for row in shown]
    for printed_row, shown_row in zip(printed[1:], shown[1:], strict=True):
        numbers = [float(value) for value in shown_row[1:]]
        assert [float(value) for value in printed_row[1:]] == pytest.approx(numbers, abs=0.11)
