"""The examples run, and the docs show what they print."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import gennape
from gennape import spaces

ROOT = Path(__file__).parents[1]


@pytest.mark.skipif(find_spec("timm") is None, reason="needs the extra zoo")
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
        expected, score = float(shown_row[1]), float(shown_row[4])
        assert float(printed_row[1]) == pytest.approx(expected, abs=0.11)
        assert float(printed_row[4]) == pytest.approx(score, abs=0.03)
        assert printed_row[3] == shown_row[3]


@pytest.mark.parametrize("room", ["families", "proxies", "frontends"])
def test_extensions_pass_the_tests_that_they_inherit(room: str) -> None:
    script = ROOT / "examples" / f"test_my_{room}.py"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    result = subprocess.run(
        [*command, script], cwd=script.parent, capture_output=True, text=True, timeout=300
    )
    assert result.returncode == 0, result.stdout
    assert "passed" in result.stdout


def test_a_custom_family_keeps_its_promises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "examples")
    monkeypatch.delitem(sys.modules, "my_families", raising=False)
    space = spaces.get("my_families:PlainResNets")
    spaces.check_family(space)
    with pytest.raises(spaces.ArchitectureError, match=r"one looks like 2-1-4"):
        space.parse("2-1")
    small, large = (gennape.graph_of(f"{space.name}:{text}") for text in ("1-1-1", "4-4-4"))
    high, low = gennape.load().predict([large, small]).score
    assert high > low
