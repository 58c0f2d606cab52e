from pathlib import Path

import numpy as np
import pytest

from gennape.estimator import load
from gennape.evaluation.few_shot import draw
from gennape.evaluation.transfer import rankings
from gennape.evaluation.transfer.failures import Failures
from gennape.evaluation.transfer.methods import WHOLE
from gennape.evaluation.transfer.pools import Pool
from gennape.evaluation.transfer.rankings import ByEstimator
from gennape.evaluation.transfer.tables import read_tables
from gennape.utils.progress import no_progress


@pytest.fixture
def ranking(tiny_data: Path, tmp_path: Path) -> ByEstimator:
    table = read_tables(["nasbench201"], tiny_data, WHOLE, Failures())["nasbench201"]
    pool = Pool(table, tmp_path)
    pool.read(["message-passing"], no_progress)
    return ByEstimator(tiny_data / "estimator", pool, tmp_path)


def test_scores_are_the_estimators_and_are_kept(
    ranking: ByEstimator, monkeypatch: pytest.MonkeyPatch
) -> None:
    features = ranking.pool.features("message-passing")
    expected = load(ranking.estimator).predict_features(features).score
    np.testing.assert_allclose(ranking.score, expected)
    monkeypatch.setattr(load(ranking.estimator).__class__, "predict_features", None)
    again = ByEstimator(ranking.estimator, ranking.pool, ranking.folder)
    np.testing.assert_allclose(again.score, expected)


def test_other_code_may_score_otherwise(
    ranking: ByEstimator, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ranking.version
    assert ByEstimator(ranking.estimator, ranking.pool, ranking.folder).version == before
    monkeypatch.setattr(rankings, "code_digest", lambda *places: "another")
    assert ByEstimator(ranking.estimator, ranking.pool, ranking.folder).version != before


def test_what_was_learned_before_ranks_and_is_forgotten(ranking: ByEstimator) -> None:
    """As `Estimator.fine_tune` does."""
    features = ranking.pool.features("message-passing")
    falling = ranking.pool.table.accuracies("cifar100_test_accuracy_200")
    tuned = load(ranking.estimator).fine_tune_features(features, falling)
    tuned.save(ranking.folder / "tuned")
    by_tuned = ByEstimator(ranking.folder / "tuned", ranking.pool, ranking.folder)
    np.testing.assert_allclose(by_tuned.score, tuned.predict_features(features).score)
    given, rest = draw(len(falling), 20, seed=0)
    again = tuned.fine_tune_features(features.take(given), falling[given])
    expected = again.predict_features(features.take(rest)).score
    scores = by_tuned.after(given, falling[given], rest)
    np.testing.assert_allclose(scores, expected, atol=1e-3)
    np.testing.assert_allclose(scores, ranking.after(given, falling[given], rest), atol=1e-6)
