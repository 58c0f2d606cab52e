"""Tests of an architecture family."""

from typing import Any

import numpy as np
import torch

from gennape import spaces
from gennape.frontends import graph_of
from gennape.graph import ComputationGraph
from gennape.spaces import SearchSpace, checks


class SearchSpaceTests:
    """Tests that every architecture family passes.

    Attributes:
        samples: Number of random architectures in each test.
        networks: Number of random networks that run as PyTorch modules.
        seed: Seed of everything random.
        run_resolution: Largest height and width of the images of networks that run.

    Example:
        ```python
        class TestMyFamily(SearchSpaceTests):
            def make_space(self, **options):
                return MyFamily(**options)
        ```
    """

    samples: int = 8
    networks: int = 3
    seed: int = 0
    run_resolution: int = 64

    def make_space(self, **options: int) -> SearchSpace[Any]:
        """Make the family that is tested.

        Args:
            options: `classes` and `resolution`, both to be passed on.
        """
        raise TypeError(f"{type(self).__name__} must define make_space(**options)")

    def test_samples_follow_the_seed(self) -> None:
        """Equal seeds sample equal architectures, and samples vary."""
        checks.check_samples(self.make_space(), self.samples, self.seed)

    def test_classes_and_resolution_are_options(self) -> None:
        """The numbers of classes and pixels can be chosen."""
        checks.check_options(self.make_space())

    def test_text_is_read_back(self) -> None:
        """`parse` reads the line that `format` writes."""
        space = self.make_space()
        for architecture in self._sampled(space, self.samples):
            checks.check_text(space, architecture)

    def test_foreign_text_is_refused(self) -> None:
        """`parse` raises an `ArchitectureError` for lines of other families."""
        checks.check_refusal(self.make_space())

    def test_enumeration_has_each_architecture_once(self) -> None:
        """`enumerate`, where there is one, gives each architecture once."""
        checks.check_enumeration(self.make_space())

    def test_mutations_are_neighbours(self) -> None:
        """Neighbours are other architectures, each once, and mutations are among them."""
        space = self.make_space()
        for architecture in self._sampled(space, self.samples):
            checks.check_neighbours(space, architecture, self.seed)

    def test_graphs_are_valid(self) -> None:
        """Graphs have their name, one image, one vector of scores and known operations."""
        space = self.make_space()
        for architecture in self._sampled(space, self.samples):
            checks.check_graph(space, architecture)
            checks.check_graph(checks.with_other_options(space), architecture)

    def test_graphs_built_together_are_the_same(self) -> None:
        """`graphs` builds the networks that `graph` builds."""
        space = self.make_space()
        checks.check_graphs(space, self._sampled(space, self.samples))

    def test_names_are_read_back(self) -> None:
        """The name of a network is enough to build it again."""
        space = self.make_space()
        (architecture,) = self._sampled(space, 1)
        graph = space.graph(architecture)
        loaded = spaces.get(space.name)
        assert type(loaded) is type(space), f"spaces.get({space.name!r}) gives {type(loaded)}"
        defaults = {"classes": loaded.classes, "resolution": loaded.resolution}
        again = graph_of(graph.name)
        expected = self.make_space(**defaults).graph(architecture)
        assert again.fingerprint == expected.fingerprint, f"{graph.name} is another network"

    def test_equal_signatures_have_equal_networks(self) -> None:
        """Architectures of one signature are one network of one cost."""
        space = self.make_space()
        by_signature: dict[Any, tuple[str, int]] = {}
        for architecture in self._sampled(space, self.samples):
            for other in (architecture, *space.neighbours(architecture)[: self.samples]):
                graph = space.graph(other)
                network = graph.fingerprint, graph.parameters
                found = by_signature.setdefault(space.signature(other), network)
                assert found == network, f"{graph.name} has the signature of another network"

    def test_modules_compute_the_graphs(self) -> None:
        """Networks run forward and backward, and are read back as the same networks."""
        resolution = min(self.make_space().resolution // 2, self.run_resolution)
        space = self.make_space(resolution=resolution)
        for architecture in self._sampled(space, self.networks):
            _check_module(space.graph(architecture), space.classes)

    def _sampled(self, space: SearchSpace[Any], count: int) -> list[Any]:
        """Draw architectures that depend on the seed alone."""
        rng = np.random.default_rng(self.seed)
        return [space.sample(rng) for _ in range(count)]


def _check_module(graph: ComputationGraph, classes: int) -> None:
    """Check a network as a module: results, gradients, costs, and that it is read back."""
    shape = graph.output_shape[0].tolist()
    module = graph.to_module()
    images = torch.randn(2, *shape, generator=torch.Generator().manual_seed(0))
    result = module(images)
    assert result.shape == (2, classes), f"{graph.name} gives the shape {tuple(result.shape)}"
    result.square().mean().backward()
    gradients = [p.grad for p in module.parameters() if p.grad is not None]
    assert gradients, f"{graph.name} has no gradients"
    is_finite = all(bool(gradient.isfinite().all()) for gradient in gradients)
    assert is_finite, f"{graph.name} has infinite gradients"
    parameters = sum(p.numel() for p in module.parameters())
    assert parameters == graph.parameters, f"{graph.name}: {parameters} != {graph.parameters}"
    traced = graph_of(module, shape)
    assert traced.fingerprint == graph.fingerprint, f"{graph.name} is read back as another network"
    costs, expected = (traced.macs, traced.parameters), (graph.macs, graph.parameters)
    assert costs == expected, f"{graph.name} is read back with {costs}, not {expected}"
