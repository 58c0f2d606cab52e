from collections.abc import Callable

import pytest

from gennape.graph import ComputationGraph, GraphBuilder


@pytest.fixture
def two_branches() -> Callable[[tuple[int, int]], ComputationGraph]:
    """Makes a network of two convolutions side by side, written down in the given order."""

    def build(kernels: tuple[int, int]) -> ComputationGraph:
        builder = GraphBuilder()
        x = builder.input((3, 16, 16))
        branches = [builder.conv(x, 8, kernel=kernel) for kernel in kernels]
        builder.output(builder.add(*branches))
        return builder.build()

    return build
