from math import isnan
from pathlib import Path
from statistics import mean

from gennape.labelling import Compute, evaluator, run
from labelled_networks import coloured_images, tiny_network, tiny_recipe

IMAGES = coloured_images()


def test_accuracies_are_means_over_the_seeds(tmp_path: Path) -> None:
    """Also of networks that are the same under two names."""
    networks = [tiny_network("a", 16), tiny_network("b", 4), tiny_network("c", 16)]
    evaluate = evaluator(IMAGES, tiny_recipe(), tmp_path, seeds=(0, 1), compute=Compute())
    accuracies = evaluate(networks)
    records = run(
        networks, IMAGES, tiny_recipe(), tmp_path, seeds=(0, 1), compute=Compute()
    ).records
    assert len(records) == 4
    by_name = {
        name: mean(one.accuracy for one in records if one.architecture == name) for name in "ab"
    }
    assert accuracies == [by_name["a"], by_name["b"], by_name["a"]]


def test_a_network_without_accuracy(tmp_path: Path) -> None:
    recipe = tiny_recipe(learning_rate=1e30)
    (accuracy,) = evaluator(IMAGES, recipe, tmp_path, compute=Compute())([tiny_network()])
    assert isnan(accuracy)
