"""What edits are called."""

from dataclasses import replace

import pytest

from gennape.graph.node import nodes_of
from gennape.search.graph_space import GraphSpace
from gennape.search.mutations import MUTATIONS
from gennape.search.mutations.words import in_words
from helpers.changed_networks import residual_network


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("kernel@1=5", "kernel 3 -> 5 of conv 1 (16x16x16)"),
        ("width@4=64", "32 -> 64 channels of conv 4 (32x16x16)"),
        ("operation@3=gelu", "gelu instead of relu 3 (16x16x16)"),
        ("operation@7=dense", "dense instead of grouped conv 7 (32x16x16)"),
        ("remove@12=3", "leave out nodes 4-12 (16x16x16)"),
        ("repeat@12=3", "repeat nodes 4-12 (16x16x16)"),
        ("skip@9=6", "skip connection around nodes 7-9 (32x16x16)"),
        ("unskip@12=1", "no connection from node 3 into add 12 (16x16x16)"),
    ],
)
def test_an_edit_says_what_it_does(change: str, words: str) -> None:
    network = residual_network()
    (edit,) = GraphSpace(network).parse(change)
    assert in_words(tuple(nodes_of(network)), edit) == words


def test_every_kind_of_edit_has_words() -> None:
    network = residual_network()
    nodes = tuple(nodes_of(network))
    edits = [edit for (edit,) in GraphSpace(network).neighbours(())]
    assert {edit.kind for edit in edits} == set(MUTATIONS)
    assert len({in_words(nodes, edit) for edit in edits}) == len(edits)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("blocks.1.1.conv_pw", "blocks.1.1.conv_pwl", "blocks.1.1 (conv_pw to conv_pwl, 16x16x16)"),
        ("blocks.1.conv", "blocks.2.norm", "blocks (1.conv to 2.norm, 16x16x16)"),
        ("blocks.1", "blocks.1.conv", "blocks (1 to 1.conv, 16x16x16)"),
        ("stem", "stem.conv", "stem to stem.conv (16x16x16)"),
        ("stem.conv", "head.conv", "stem.conv to head.conv (16x16x16)"),
        ("block.conv", "block", "block (16x16x16)"),
    ],
)
def test_layers_that_hold_both_ends_are_named_once(first: str, last: str, words: str) -> None:
    network = residual_network()
    layers = [""] * network.num_nodes
    layers[4], layers[12] = first, last
    (edit,) = GraphSpace(network).parse("remove@12=3")
    nodes = tuple(nodes_of(replace(network, layers=tuple(layers))))
    assert in_words(nodes, edit) == f"leave out {words}"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("kernel@1=5", "kernel 3 -> 5 of conv stem.conv (16x16x16)"),
        ("repeat@12=3", "repeat block (16x16x16)"),
        ("skip@9=6", "skip connection around block (7 to 9, 32x16x16)"),
        ("unskip@12=1", "no connection from stem.act into add block (16x16x16)"),
    ],
)
def test_layers_go_by_the_names_of_their_source(change: str, words: str) -> None:
    network = residual_network()
    layers = [f"block.{node}" for node in range(network.num_nodes)]
    layers[1], layers[3], layers[12] = "stem.conv", "stem.act", "block"
    (edit,) = GraphSpace(network).parse(change)
    assert in_words(tuple(nodes_of(replace(network, layers=tuple(layers)))), edit) == words
