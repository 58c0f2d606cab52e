import doctest
from math import cos, pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gennape.labelling import load_recipe, recipes
from gennape.utils import schedule
from gennape.utils.schedule import one_cycle

shares = st.floats(0, 1)


def test_the_example_runs() -> None:
    assert doctest.testmod(schedule).failed == 0


def test_it_rises_and_falls() -> None:
    rates = [one_cycle(progress, 0.25) for progress in (0.0, 0.125, 0.25, 0.625, 1.0)]
    assert rates == pytest.approx([0.0, 0.5, 1.0, 0.5, 0.0])
    assert one_cycle(0.0, 0.0) == 1.0
    assert one_cycle(0.0, 0.25, 0.04) == 0.04


@given(shares, st.floats(0, 0.9), shares)
def test_it_stays_between_0_and_1(progress: float, warm_up: float, lowest: float) -> None:
    assert 0 <= one_cycle(progress, warm_up, lowest) <= 1


@given(shares)
def test_rates_of_pretraining_are_those_it_always_had(done: float) -> None:
    rising, falling = max(done / 0.1, 0.04), 0.5 * (1 + cos(pi * (done - 0.1) / (1 - 0.1)))
    assert one_cycle(done, 0.1, 0.04) == (rising if done < 0.1 else falling)


@pytest.mark.parametrize("name", recipes())
def test_rates_of_labelling_are_those_it_always_had_in_single_precision(name: str) -> None:
    """Optimisers multiply tensors of that precision; the old formula rounded in another order."""
    recipe = load_recipe(name)
    highest, warm_up = recipe.learning_rate, recipe.warm_up
    for progress in (np.arange(recipe.epochs * 97) + 0.5) / (recipe.epochs * 97):
        if progress < warm_up:
            old = highest * progress / warm_up
        else:
            old = highest * (1 + cos(pi * ((progress - warm_up) / (1 - warm_up)))) / 2
        assert np.float32(old) == np.float32(highest * one_cycle(progress, warm_up))
