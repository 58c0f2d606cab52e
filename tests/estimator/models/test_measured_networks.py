import numpy as np
import pytest

from gennape.estimator.models.accuracy_kernel import Conditions, Recipe
from gennape.estimator.models.measured_networks import SHOWN, MeasuredNetworks
from gennape.graph import GraphBatch, canonical
from gennape.graph.hashing import graph_hashes
from helpers.accuracy_models import classifier, random_classifiers


def _measured() -> tuple[MeasuredNetworks, GraphBatch]:
    """Five networks; the first was trained three times on ImageNet and once on CIFAR-10."""
    batch = random_classifiers(5)
    graphs = np.array([0, 0, 0, 0, 1, 2, 3, 4])
    hashes = graph_hashes(batch)
    measured = MeasuredNetworks(
        models=[f"timm:network{graph}" for graph in graphs],
        networks=graphs,
        fingerprints=[hashes[graph] for graph in graphs],
        accuracies=np.array([70.0, 75.0, 80.0, 90.0, 60.0, 61.0, 62.0, 63.0]),
        macs=batch.macs[graphs],
        parameters=batch.parameters[graphs],
        conditions=Conditions(
            dataset=np.array([0, 0, 0, 1, 0, 0, 0, 0]),
            kind=np.array([-1.0, 1.0, 1.0, -1.0, -1.0, 0.0, 0.0, 0.0]),
            more_data=np.array([0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]),
        ),
    )
    return measured, batch


@pytest.mark.parametrize(
    ("dataset", "recipe", "expected"),
    [
        (0, "typical", 75),
        (0, "classic", 70),
        (0, "modern", 75),
        (0, "more-data", 80),
        (1, "typical", 90),
        (1, "modern", np.nan),
        (2, "typical", np.nan),
    ],
)
def test_accuracies_of_this_very_network(dataset: int, recipe: Recipe, expected: float) -> None:
    measured, _ = _measured()
    found = measured.measured(measured.fingerprints[0], dataset, recipe)
    np.testing.assert_equal(found, float(expected))


def test_of_an_unknown_network_nothing_was_measured() -> None:
    measured, _ = _measured()
    assert np.isnan(measured.measured("", 0, "typical"))


def test_fingerprints_of_those_that_were_measured_only() -> None:
    measured, batch = _measured()
    other = canonical(GraphBatch.of([classifier(channels=7)]))
    found = measured.fingerprints_of(GraphBatch.join([other, batch]))
    assert found == ["", *graph_hashes(batch)]


def test_the_same_costs_make_no_measured_network() -> None:
    """A sigmoid in place of a ReLU costs as much and is another network."""
    measured, batch = _measured()
    unlike = MeasuredNetworks(
        **{**vars(measured), "fingerprints": [f"other {n}" for n in range(len(measured))]}
    )
    assert unlike.fingerprints_of(batch) == [""] * len(batch)


def test_nearest_networks_come_once_each_by_their_best_training_from_scratch() -> None:
    measured, _ = _measured()
    distances = np.array([0.2 - 1e-9, 0.2, 0.1, 0.0, 0.6, 0.5, 0.4, 0.0])
    rows = measured.nearest(distances, 0)
    assert rows.tolist() == [1, 6, 5]
    assert len(rows) == SHOWN


def test_a_neighbour_has_its_rows_values() -> None:
    measured, batch = _measured()
    neighbour = measured.neighbour(3, 0.12345, {"size": 1.0})
    assert (neighbour.model, neighbour.dataset) == ("timm:network0", "cifar10")
    assert (neighbour.accuracy, neighbour.distance) == (90.0, 0.123)
    assert (neighbour.macs, neighbour.parameters) == (batch.macs[0], batch.parameters[0])
