"""Custom families."""

import sys
from pathlib import Path

import numpy as np
import pytest

import gennape
from gennape import spaces
from gennape.spaces import ArchitectureError, check_family
from helpers.custom_families import FAMILIES


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The families in a module of the working directory."""
    (tmp_path / "my_families.py").write_text(FAMILIES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "my_families", raising=False)


def test_a_family_goes_by_module_and_class() -> None:
    space = spaces.get("my_families:Widths", classes=5, resolution=16)
    assert (space.classes, space.resolution) == (5, 16)
    check_family(space)


def test_its_networks_are_read_by_their_names() -> None:
    space = spaces.get("my_families:Widths")
    graph = space.graph(space.sample(np.random.default_rng(0)))
    assert gennape.graph_of(graph.name).fingerprint == graph.fingerprint
    with pytest.raises(ArchitectureError, match="'wide' is no width"):
        gennape.graph_of("my_families:Widths:wide")


def test_names_are_split() -> None:
    assert spaces.split("hiaml:a22-src0-t31-z") == ("hiaml", "a22-src0-t31-z")
    assert spaces.split("my_families:Widths:3") == ("my_families:Widths", "3")
    assert spaces.split("my_nets:make") is None
    assert spaces.split("timm:resnet18") is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no_such_module:Widths", "no family 'no_such_module:Widths': there is no module"),
        ("my_families:Width", "did you mean Widths"),
        ("my_families:number", "my_families:number is a int and cannot be called"),
        ("my_families:ArchitectureError", "must be a subclass of SearchSpace"),
        ("my_families:Renamed", "set it to 'my_families:Renamed'"),
    ],
)
def test_what_is_no_family(name: str, reason: str) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        spaces.get(name)


@pytest.mark.parametrize(
    ("family", "broken"),
    [
        ("Unread", "gives another architecture"),
        ("Selfish", "is its own neighbour"),
        ("Nameless", "must be named my_families:Nameless:"),
        ("Fixed", "classes and resolution are no options"),
        ("Restless", "the same seed samples other architectures"),
    ],
)
def test_broken_promises_are_told(family: str, broken: str) -> None:
    with pytest.raises(ArchitectureError, match=f"my_families:{family}: .*{broken}"):
        check_family(spaces.get(f"my_families:{family}"))
