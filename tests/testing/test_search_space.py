"""The tests of families find what is broken, and need no pytest to be imported."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gennape import spaces
from gennape.testing import SearchSpaceTests
from helpers.custom_families import FAMILIES

MORE_FAMILIES = """
class Lenient(Widths):
    name = "my_families:Lenient"

    def parse(self, text):
        return int(text) if text.strip().isdigit() else 1


class Raising(Widths):
    name = "my_families:Raising"

    def parse(self, text):
        return int(text)


class Repeated(Widths):
    name = "my_families:Repeated"

    def enumerate(self):
        return iter([1, 2, 2])


class Short(Widths):
    name = "my_families:Short"

    def enumerate(self):
        return iter([1, 2])


class Equated(Widths):
    name = "my_families:Equated"

    def signature(self, architecture):
        return 0


class Elsewhere(Widths):
    name = "my_families:Widths"


class Fickle(Widths):
    name = "my_families:Fickle"
    built = 0

    def graph(self, architecture):
        Fickle.built += 1
        graph = super().graph(1 + Fickle.built % 8)
        from dataclasses import replace

        return replace(graph, name=f"{self.name}:{architecture}")


class Unmoved(Widths):
    name = "my_families:Unmoved"

    def mutate(self, architecture, rng):
        return architecture
"""


class TestCustomFamily(SearchSpaceTests):
    """The tests pass for a custom family."""

    family = "Widths"

    @pytest.fixture(autouse=True)
    def module(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "my_families.py").write_text(FAMILIES + MORE_FAMILIES)
        monkeypatch.chdir(tmp_path)
        monkeypatch.delitem(sys.modules, "my_families", raising=False)

    def make_space(self, **options: int) -> Any:
        spaces.get("my_families:Widths")  # imports the module
        return getattr(sys.modules["my_families"], self.family)(**options)

    @pytest.mark.parametrize(
        ("family", "test", "broken"),
        [
            ("Restless", "samples_follow_the_seed", "the same seed samples other architectures"),
            ("Fixed", "classes_and_resolution_are_options", "are no options"),
            ("Unread", "text_is_read_back", "gives another architecture"),
            ("Lenient", "foreign_text_is_refused", r"parse\(''\) gives 1, not an Architecture"),
            ("Raising", "foreign_text_is_refused", r"parse\(''\) raises ValueError"),
            ("Repeated", "enumeration_has_each_architecture_once", "come twice"),
            ("Short", "enumeration_has_each_architecture_once", "size is 8, but 2"),
            ("Selfish", "mutations_are_neighbours", "is its own neighbour"),
            ("Unmoved", "mutations_are_neighbours", "a mutation of . is no neighbour"),
            ("Nameless", "graphs_are_valid", "must be named my_families:Nameless:"),
            ("Fickle", "graphs_are_valid", "a second graph of . is another network"),
            ("Elsewhere", "names_are_read_back", r"spaces.get\('my_families:Widths'\) gives"),
            ("Equated", "equal_signatures_have_equal_networks", "signature of another network"),
        ],
    )
    def test_what_is_broken_is_found(self, family: str, test: str, broken: str) -> None:
        self.family = family
        with pytest.raises((AssertionError, spaces.ArchitectureError), match=broken):
            getattr(self, f"test_{test}")()

    def test_a_network_of_no_gradient_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("torch.nn.Module.parameters", lambda module: iter(()))
        with pytest.raises(AssertionError, match="has no gradients"):
            self.test_modules_compute_the_graphs()


def test_what_is_tested_must_be_said() -> None:
    with pytest.raises(TypeError, match="must define make_space"):
        SearchSpaceTests().test_text_is_read_back()


def test_no_pytest_is_needed() -> None:
    check = "import sys, gennape.testing; raise SystemExit('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], timeout=120).returncode == 0
