import numpy as np
import pytest

from gennape.estimator.reference import Reference

STEP = np.sqrt(3 / 2)
PREDICTIONS = np.array([[1.0, 2, 3], [10, 30, 20]])
ONE = np.zeros(3, dtype=np.int64)


def _of_one_family() -> Reference:
    return Reference.of(PREDICTIONS, np.array([[4.0, 5, 6]]), ONE, np.array([1.0, 3, 2]))


def test_foreign_networks_count_in_each_members_deviations() -> None:
    """Members predict 1, 2, 3 and 10, 30, 20."""
    scores = _of_one_family().member_scores(PREDICTIONS, ONE, np.zeros(3, dtype=bool))
    np.testing.assert_allclose(scores, [[-STEP, 0, STEP], [-STEP, STEP, 0]], atol=1e-6)


def test_the_general_voice_by_hand() -> None:
    np.testing.assert_allclose(_of_one_family().general_scores(np.array([5.0, 6])), [0, STEP])


def test_members_are_not_believed_far_beyond_the_family() -> None:
    """Their mean scores are -1.22, 0.61 and 0.61; the general voice goes from -1.22 to 1.22."""
    reference = _of_one_family()
    for alike, slope in ((False, 1.0), (True, 4 / 3)):
        far = reference.member_scores(np.array([[-9.0], [99.0]]), ONE[:1], np.full(1, alike))
        low, high = reference.placed[-1 if not alike else 0][[0, -1]]
        expected = [[low - slope], [high + slope]]
        np.testing.assert_allclose(far, expected, rtol=0.02)


def test_a_family_is_put_where_the_general_voice_has_it() -> None:
    """A member that predicts 0 to 100 of one family, 1000 to 1300 of another, ranks within
    them; the general voice has the second family higher and closer together."""
    predictions = np.concatenate([np.arange(101.0), 1000 + 3 * np.arange(101.0)])[None]
    general = np.concatenate([np.linspace(0, 1, 101), np.linspace(2, 2.5, 101)])
    families = np.repeat([0, 1], 101)
    reference = Reference.of(predictions, general[None], families, general)
    scores = reference.member_scores(predictions, families, np.ones(202, dtype=bool))[0]
    np.testing.assert_allclose(scores, reference.general_scores(general), atol=0.02)


def test_a_skewed_family_keeps_its_shape_and_its_order() -> None:
    """Squares of 0 to 1: the middle network is nearer to the worst than to the best."""
    predictions = np.linspace(0, 1, 101)[None]
    families = np.zeros(101, dtype=np.int64)
    general = np.linspace(0, 1, 101) ** 2
    reference = Reference.of(predictions, general[None], families, general)
    scores = reference.member_scores(predictions, families, np.ones(101, dtype=bool))[0]
    assert (np.diff(scores) > 0).all()
    assert scores[50] - scores[0] < 0.4 * (scores[100] - scores[50])


def test_equal_sizes_are_no_equal_scores() -> None:
    predictions = np.linspace(0, 1, 101)[None]
    families = np.zeros(101, dtype=np.int64)
    general = np.repeat([0.0, 1.0], [50, 51])
    reference = Reference.of(predictions, general[None], families, general)
    scores = reference.member_scores(predictions, families, np.ones(101, dtype=bool))[0]
    assert (np.diff(scores) > 1e-4).all()


def test_a_large_family_counts_as_much_as_a_small_one() -> None:
    general = np.concatenate([np.zeros(98), [2.0, 2.0]])
    families = np.repeat([0, 1], [98, 2])
    reference = Reference.of(np.zeros((1, 100)), general[None], families, general)
    assert reference.part_means.tolist() == [1]
    assert reference.percentiles(np.array([0.0])).tolist() == [pytest.approx(50, abs=0.2)]


def test_where_members_agree_on_all_nothing_is_known_beyond() -> None:
    general = np.linspace(0, 1, 101)
    families = np.zeros(101, dtype=np.int64)
    reference = Reference.of(np.ones((1, 101)), general[None], families, general)
    scores = reference.member_scores(np.array([[1.001]]), families[:1], np.ones(1, dtype=bool))
    np.testing.assert_allclose(scores, reference.placed[0, -1])


def test_percentiles_end_at_0_and_100() -> None:
    reference = _of_one_family()
    low, high = reference.quantiles[[0, -1]]
    assert reference.percentiles(np.array([-9.0, low, high + 1])).tolist() == [0, 0, 100]


def test_a_reference_is_plain_json() -> None:
    reference = _of_one_family()
    assert Reference.from_json(reference.to_json()).to_json() == reference.to_json()


def test_errors_by_hand() -> None:
    """The general voice says -1.22, 0 and 1.22 where -1.22, 1.22 and 0 are true."""
    reference = _of_one_family()
    alone = reference.error_variances(ONE[:1], np.zeros(1))
    np.testing.assert_allclose(alone, [STEP**2])


def test_those_who_are_right_make_no_errors() -> None:
    """Members of the first family say what is true, those of the second the contrary; the
    general voice is right in both."""
    predictions = np.concatenate([np.arange(101.0), -np.arange(101.0)])[None]
    families = np.repeat([0, 1], 101)
    general = np.tile(np.linspace(0, 1, 101), 2)
    reference = Reference.of(predictions, general[None], families, general)
    of_members = reference.error_variances(np.array([0, 1]), np.ones(2))
    np.testing.assert_allclose(of_members[0], 0, atol=1e-6)
    # errors are twice the scores, which are uniform with deviation 1, so up to 2 * sqrt(3)
    np.testing.assert_allclose(of_members[1], (0.6827 * 2 * np.sqrt(3)) ** 2, rtol=0.05)
    np.testing.assert_allclose(reference.error_variances(np.array([1]), np.zeros(1)), 0, atol=1e-9)
