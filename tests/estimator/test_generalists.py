from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from gennape.estimator.encoder import EncoderInput
from gennape.estimator.generalists import general_parts, general_voices, train_generalists
from gennape.estimator.sizes import size_scores
from gennape.utils.progress import no_progress
from made_up_families import two_families
from tiny_tables import TINY

DATA = two_families(0.5, (1.0, 1.0))


def test_a_voice_is_size_and_walks_and_what_its_encoder_adds(tmp_path: Path) -> None:
    generalists = train_generalists(DATA, TINY, 0, tmp_path, no_progress)
    assert generalists
    features = DATA.features.take(np.arange(5))
    with torch.no_grad():
        added = [encoder(EncoderInput.of(features)).numpy() for encoder in generalists.encoders]
    alike = size_scores(features.sizes) + 0.35 * generalists.walks(features)
    np.testing.assert_allclose(general_voices(generalists, features), alike + added, rtol=1e-6)
    assert np.abs(added[0] - added[1]).max() > 0


def test_without_generalists_the_general_voice_is_the_size() -> None:
    sizes = DATA.features.sizes
    np.testing.assert_allclose(general_voices(None, DATA.features), [size_scores(sizes)])


def test_the_parts_of_the_general_voices_add_up_to_their_mean(tmp_path: Path) -> None:
    generalists = train_generalists(DATA, TINY, 0, tmp_path, no_progress)
    for voice in (generalists, None):
        parts = general_parts(voice, DATA.features)
        expected = general_voices(voice, DATA.features).mean(axis=0)
        np.testing.assert_allclose(parts.sum(axis=0), expected, rtol=1e-6)
    assert (parts[4:] == 0).all()


def test_one_family_says_nothing_of_others(tmp_path: Path) -> None:
    alone = replace(DATA, families=torch.zeros(120, dtype=torch.int64))
    assert train_generalists(alone, TINY, 0, tmp_path, no_progress) is None
    unwanted = replace(TINY, generalists=0)
    assert train_generalists(DATA, unwanted, 0, tmp_path, no_progress) is None
