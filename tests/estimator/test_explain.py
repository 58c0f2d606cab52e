"""What scores are the sums of."""

from collections.abc import Callable

import numpy as np
import pytest

from gennape.estimator import Estimator
from gennape.estimator.array_scoring import explain_arrays
from gennape.estimator.models.cross_family_ranker import SCORE_PARTS
from gennape.graph import ComputationGraph
from helpers.tiny_tables import (
    out_of_domain_graph,
    random_graphs,
    tiny_estimator,
    tiny_estimator_of_two_families,
)

GRAPHS: list[ComputationGraph] = [*random_graphs(4, seed=0), out_of_domain_graph()]


def _tuned() -> Estimator:
    return tiny_estimator_of_two_families().fine_tune(random_graphs(12), range(12))


@pytest.mark.parametrize("make", [tiny_estimator, tiny_estimator_of_two_families, _tuned])
def test_the_parts_add_up_to_the_score(make: Callable[[], Estimator]) -> None:
    estimator = make()
    explanation = explain_arrays(estimator, GRAPHS)
    total = sum(explanation.parts.values())
    np.testing.assert_allclose(total, estimator.predict(GRAPHS).score, atol=1e-6)
    assert len(explanation) == 5


def test_networks_out_of_domain_are_explained_by_the_ranker() -> None:
    estimator = tiny_estimator_of_two_families()
    explanation = explain_arrays(estimator, GRAPHS)
    assert explanation.families == ["nasbench101"] * 4 + [None]
    general = np.array([explanation.parts[part] for part in SCORE_PARTS])
    assert (general[:, :4] == 0).all()
    assert (general[:, 4] != 0).all()
    of_families = np.array([explanation.parts[part] for part in ("family", "predictors")])
    assert (of_families[:, :4] != 0).all()
    assert (of_families[:, 4] == 0).all()


def test_networks_of_one_family_share_its_part() -> None:
    parts = explain_arrays(tiny_estimator_of_two_families(), GRAPHS[:4]).parts
    assert len(set(parts["family"])) == 1
    assert len(set(parts["predictors"])) > 1


def test_sizes_are_compared_with_those_of_the_training_networks() -> None:
    """Parameters differ by a decade for each 0.4 of which a part grows by a half."""
    estimator = tiny_estimator_of_two_families()
    graphs = [out_of_domain_graph(), out_of_domain_graph(1)]
    sizes = estimator.features(graphs).sizes
    parts = (
        explain_arrays(estimator, graphs).parts["parameters"]
        * estimator.calibrator.ranker_deviation
    )
    np.testing.assert_allclose(np.diff(parts), np.diff(sizes[:, 1]) / 0.4 / 2, rtol=1e-5)


def test_no_networks_have_no_parts() -> None:
    explanation = explain_arrays(tiny_estimator(), [])
    assert len(explanation) == 0
    assert all(len(values) == 0 for values in explanation.parts.values())
