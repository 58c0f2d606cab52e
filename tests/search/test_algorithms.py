import numpy as np

from gennape import spaces
from gennape.search.algorithms import Offspring

SPACE = spaces.get("nasbench201")


def test_children_are_new_and_neither_parents_nor_known() -> None:
    rng = np.random.default_rng(0)
    parent = SPACE.sample(rng)
    neighbours = SPACE.neighbours(parent)
    offspring = Offspring(SPACE, rng, [parent, *neighbours])
    children = [offspring.mutate(parent) for _ in range(50)]
    signatures = {SPACE.signature(child) for child in children}
    assert len(signatures) == 50
    assert signatures.isdisjoint(map(SPACE.signature, [parent, *neighbours]))


def test_a_first_child_is_a_neighbour() -> None:
    rng = np.random.default_rng(1)
    parent = SPACE.parse(
        "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_1x1~1|"
        "+|skip_connect~0|nor_conv_1x1~1|nor_conv_3x3~2|"
    )
    assert Offspring(SPACE, rng, [parent]).mutate(parent) in SPACE.neighbours(parent)
