import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from gennape.estimator.calibration.label_transform import LabelTransform
from gennape.estimator.config import Label


@given(
    st.lists(st.tuples(st.floats(1, 100), st.floats(0, 12)), min_size=2, max_size=30),
    st.sampled_from(["flops", "accuracy"]),
)
def test_decoding_undoes_encoding(rows: list[tuple[float, float]], label: Label) -> None:
    accuracies, log_macs = np.array(rows).T
    target = LabelTransform.fit(label, accuracies, log_macs)
    decoded = target.invert(target.apply(accuracies, log_macs), log_macs)
    np.testing.assert_allclose(decoded, accuracies, rtol=1e-9)


@pytest.mark.parametrize("label", ["flops", "accuracy", "rank"])
def test_the_fitted_family_is_standardised(label: Label) -> None:
    rng = np.random.default_rng(0)
    accuracies, log_macs = rng.uniform(0.8, 0.95, 200), rng.uniform(7, 9, 200)
    encoded = LabelTransform.fit(label, accuracies, log_macs).apply(accuracies, log_macs)
    assert encoded.mean() == pytest.approx(0, abs=1e-9)
    assert encoded.std() == pytest.approx(1)


def test_the_flops_label_by_hand() -> None:
    """90 / (8 + 1) = 10 and 60 / (5 + 1) = 10 are worth the same; 72 / (8 + 1) = 8 is less."""
    accuracies, log_macs = np.array([90.0, 60.0, 72.0]), np.array([8.0, 5.0, 8.0])
    target = LabelTransform.fit("flops", accuracies, log_macs)
    deviation = np.std([10, 10, 8])
    expected = (np.array([10, 10, 8]) - 28 / 3) / deviation
    np.testing.assert_allclose(target.apply(accuracies, log_macs), expected)
    np.testing.assert_allclose(target.invert(np.zeros(1), np.array([8.0])), [28 / 3 * 9])


def test_ranks_become_normal_scores() -> None:
    accuracies = np.array([0.3, 0.9, 0.1])
    target = LabelTransform.fit("rank", accuracies, np.zeros(3))
    scores = norm.ppf([3 / 6, 5 / 6, 1 / 6])
    np.testing.assert_allclose(target.apply(accuracies, np.zeros(3)), scores / scores.std())


@pytest.mark.parametrize("label", ["flops", "accuracy", "rank"])
def test_equal_accuracies_stay_finite(label: Label) -> None:
    accuracies, log_macs = np.full(4, 0.9), np.full(4, 8.0)
    encoded = LabelTransform.fit(label, accuracies, log_macs).apply(accuracies, log_macs)
    np.testing.assert_allclose(encoded, 0, atol=1e-3)
