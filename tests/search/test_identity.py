from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from executable_networks import executable_networks, reordered
from gennape import spaces
from gennape.graph import ComputationGraph, GraphBatch, canonical
from gennape.search.identity import network_keys


def keys_of(graphs: Sequence[ComputationGraph]) -> list[str]:
    return network_keys(canonical(GraphBatch.of(graphs)))


@pytest.mark.parametrize("family", spaces.names())
def test_keys_tell_apart_what_fingerprints_do(family: str) -> None:
    space = spaces.get(family)
    rng = np.random.default_rng(3)
    architectures = [space.sample(rng) for _ in range(4)]
    architectures += [space.mutate(one, rng) for one in architectures]
    graphs = [space.graph(architecture) for architecture in architectures]
    keys = keys_of(graphs)
    for (one, key), (other, other_key) in combinations(zip(graphs, keys, strict=True), 2):
        assert (key == other_key) is (one.fingerprint == other.fingerprint)


def test_isomorphic_cells_have_one_key() -> None:
    space = spaces.get("nasbench201")
    texts = [
        "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|skip_connect~2|",
        "|skip_connect~0|+|none~0|nor_conv_3x3~1|+|none~0|none~1|skip_connect~2|",
        "|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|none~0|none~1|skip_connect~2|",
    ]
    first, same, other = keys_of([space.graph(space.parse(text)) for text in texts])
    assert first == same
    assert first != other


@settings(max_examples=25)
@given(executable_networks(), st.integers(0, 100))
def test_the_order_of_nodes_means_nothing(graph: ComputationGraph, seed: int) -> None:
    keys = keys_of([graph, reordered(graph, seed), graph])
    assert len(set(keys)) == 1


def test_a_key_does_not_depend_on_the_batch() -> None:
    space = spaces.get("two_path")
    rng = np.random.default_rng(0)
    graphs = [space.graph(space.sample(rng)) for _ in range(5)]
    assert keys_of(graphs) == [keys_of([graph])[0] for graph in graphs]


def test_keys_stay_as_journals_have_them() -> None:
    """A search that goes on compares new keys with those that were written down."""
    cell, block = spaces.get("nasbench201"), spaces.get("two_path")
    text = "|nor_conv_3x3~0|+|avg_pool_3x3~0|skip_connect~1|+|nor_conv_1x1~0|none~1|none~2|"
    graphs = [cell.graph(cell.parse(text)), block.graph(block.sample(np.random.default_rng(0)))]
    assert keys_of(graphs) == ["a13a2efd14b1f64d", "78a9970ea54cf5e9"]
