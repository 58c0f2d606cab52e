import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from gennape.estimator import CheckpointError, load
from gennape.estimator.checkpoint import DESCRIPTION, FORMAT_VERSION, WEIGHTS
from helpers.tiny_tables import (
    out_of_domain_graph,
    random_graphs,
    tiny_estimator,
    tiny_estimator_of_two_families,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tiny_estimator().save_pretrained(tmp_path / "deep" / "folder")
    return tmp_path / "deep" / "folder"


def _edit(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    path = folder / DESCRIPTION
    description = json.loads(path.read_text())
    change(description)
    path.write_text(json.dumps(description))


def test_a_loaded_estimator_says_the_same(folder: Path) -> None:
    before, after = tiny_estimator(), load(folder)
    assert after.config == before.config
    assert after.label_transform == before.label_transform
    graphs = random_graphs(5, seed=2)
    expected, prediction = before.predict(graphs), after.predict(graphs)
    np.testing.assert_array_equal(prediction.score, expected.score)
    np.testing.assert_array_equal(prediction.uncertainty, expected.uncertainty)
    np.testing.assert_array_equal(prediction.percentile, expected.percentile)


def test_an_estimator_of_several_families_is_loaded_whole(tmp_path: Path) -> None:
    before = tiny_estimator_of_two_families()
    before.save_pretrained(tmp_path)
    graphs = [*random_graphs(5, seed=2), out_of_domain_graph()]
    expected, prediction = before.predict(graphs), load(tmp_path).predict(graphs)
    np.testing.assert_array_equal(prediction.score, expected.score)
    again = load(tmp_path).ranker
    assert before.ranker
    assert again
    assert len(again.encoders) == len(before.ranker.encoders) == 2
    np.testing.assert_array_equal(again.moments.limits, before.ranker.moments.limits)


def test_a_path_may_be_text(folder: Path) -> None:
    assert load(str(folder)).config == tiny_estimator().config


@pytest.mark.parametrize("version", [0, FORMAT_VERSION + 1, "1", None])
def test_other_versions(folder: Path, version: object) -> None:
    _edit(folder, lambda description: description.update(format_version=version))
    with pytest.raises(CheckpointError, match=f"has format version {version}, this gennape reads"):
        load(folder)


def test_a_description_that_is_none(folder: Path) -> None:
    for text in ("", "[]", "{}", '{"format_version"', "\x00\xff"):
        (folder / DESCRIPTION).write_text(text)
        with pytest.raises(CheckpointError, match="is absent or no estimator description"):
            load(folder)
    (folder / DESCRIPTION).unlink()
    with pytest.raises(CheckpointError, match="is absent or no estimator description"):
        load(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda description: description.pop("config"),
        lambda description: description["config"].update(colour="red"),
        lambda description: description["config"].update(width=9),
        lambda description: description["config"].update(encoder="transformer"),
        lambda description: description.update(label_transform={"label": "flops"}),
        lambda description: description.update(label_transform=None),
        lambda description: description["config"]["views"].pop(),
        lambda description: description["calibrator"].pop("means"),
        lambda description: description["calibrator"]["means"].pop(),
        lambda description: description["families"].pop(),
        lambda description: description.update(ranker_encoders=1),
    ],
    ids=[
        "no config",
        "unknown switch",
        "another width",
        "unknown encoder",
        "half a label transform",
        "no label transform",
        "a view too few",
        "no means",
        "a mean too few",
        "a family too few",
        "an encoder too many",
    ],
)
def test_descriptions_that_do_not_fit(folder: Path, change: Callable[..., Any]) -> None:
    _edit(folder, change)
    with pytest.raises(CheckpointError, match=r"is no usable estimator .* download it again"):
        load(folder)


def test_broken_weights(folder: Path) -> None:
    whole = (folder / WEIGHTS).read_bytes()
    for content in (b"", b"pickle", whole[: len(whole) // 2]):
        (folder / WEIGHTS).write_bytes(content)
        with pytest.raises(CheckpointError, match="is no usable estimator"):
            load(folder)
    (folder / WEIGHTS).unlink()
    with pytest.raises(CheckpointError, match="is no usable estimator"):
        load(folder)


def test_a_missing_tensor(folder: Path) -> None:
    tensors = load_file(folder / WEIGHTS)
    tensors.pop("predictor.1.centres")
    save_file(tensors, folder / WEIGHTS)
    with pytest.raises(CheckpointError, match="is no usable estimator"):
        load(folder)


def test_a_tensor_that_is_not_finite(folder: Path) -> None:
    tensors = load_file(folder / WEIGHTS)
    tensors["predictor.0.heads.outer"][:] = np.nan
    save_file(tensors, folder / WEIGHTS)
    with pytest.raises(CheckpointError, match="is no usable estimator"):
        load(folder)


def test_an_unknown_name() -> None:
    with pytest.raises(CheckpointError, match=r"no estimator 'nasbench9': give a folder that"):
        load("nasbench9")


def test_a_file_is_no_folder(folder: Path) -> None:
    with pytest.raises(CheckpointError, match="no estimator"):
        load(folder / WEIGHTS)


def test_a_checkpoint_of_format_version_2_scores_as_it_did() -> None:
    """A fine-tuned estimator of two families, as the package wrote it before version 3."""
    folder = Path(__file__).parent / "frozen" / "version-2"
    expected = json.loads((folder / "scores.json").read_text())
    estimator = load(folder)
    graphs = [*random_graphs(4, seed=3), out_of_domain_graph()]
    prediction = estimator.predict(graphs)
    np.testing.assert_allclose(prediction.score, expected["score"], rtol=1e-5)
    np.testing.assert_allclose(prediction.uncertainty, expected["uncertainty"], rtol=1e-5)
    before = estimator.few_shot_features(estimator.features(graphs)).score
    np.testing.assert_allclose(before, expected["zero_shot"], rtol=1e-4)
