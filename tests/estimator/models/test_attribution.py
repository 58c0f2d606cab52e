import numpy as np
import pytest

from gennape.estimator.features.statistics import STATISTICS
from gennape.estimator.models.accuracy_kernel import Recipe
from gennape.estimator.models.attribution import GROUPS, waterfall
from helpers.accuracy_models import made_up_model, made_up_rows


@pytest.mark.parametrize("recipe", ["typical", "modern"])
def test_groups_lead_from_one_network_to_the_other(recipe: Recipe) -> None:
    process, statistics = made_up_model().process, made_up_rows().statistics
    start, end, datasets = statistics[:8], statistics[8:16], np.zeros(8, dtype=np.int64)
    first, changes = waterfall(process, start, end, datasets, recipe)
    assert changes.shape == (len(GROUPS), 8)
    np.testing.assert_allclose(first, process.predict(start, datasets, recipe))
    np.testing.assert_allclose(first + changes.sum(axis=0), process.predict(end, datasets, recipe))


def test_a_group_that_does_not_differ_changes_nothing() -> None:
    process, statistics = made_up_model().process, made_up_rows().statistics
    start = statistics[:4].astype(np.float64)
    end = start.copy()
    end[:, STATISTICS.index("width_last")] += 1
    _, changes = waterfall(process, start, end, np.zeros(4, dtype=np.int64), "typical")
    is_changed = np.array(GROUPS) == "width"
    np.testing.assert_allclose(changes[~is_changed], 0, atol=1e-9)
    assert (np.abs(changes[is_changed]) > 1e-6).all()
