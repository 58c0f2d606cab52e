import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from gennape.estimator import CheckpointError, EstimatorError, load
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


@pytest.mark.parametrize("version", [0, FORMAT_VERSION + 1, "1", None, [], True])
def test_other_versions(folder: Path, version: object) -> None:
    _edit(folder, lambda description: description.update(format_version=version))
    said = re.escape(f"has format version {version!r}, this gennape reads version")
    with pytest.raises(CheckpointError, match=said):
        load(folder)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Expecting value"),
        ("[]", "it is no object with named values"),
        ("{}", "has format version None"),
        ('{"format_version"', "Expecting ':'"),
        ('{"format_version": NaN}', "NaN is no number"),
        ('{"format_version": -Infinity}', "-Infinity is no number"),
        ("[" * 100_000, "is nested too deeply for a description of an estimator"),
        ("\x00\xff", "Expecting value"),
    ],
)
def test_a_description_that_is_none(folder: Path, text: str, problem: str) -> None:
    (folder / DESCRIPTION).write_text(text)
    with pytest.raises(
        CheckpointError, match=f"^{re.escape(str(folder / DESCRIPTION))}.*{problem}"
    ):
        load(folder)


def test_a_description_that_is_absent(folder: Path) -> None:
    (folder / DESCRIPTION).unlink()
    with pytest.raises(CheckpointError, match=r"estimator\.json cannot be read .*No such file"):
        load(folder)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda d: d.pop("config"), "config: missing"),
        (lambda d: d.update(colour="red"), "colour: unknown"),
        (lambda d: d["config"].update(colour="red"), r"config\.colour: unknown"),
        (lambda d: d["config"].update(layers=10**7), r"config\.layers is 10000000, not a whole"),
        (lambda d: d["config"].update(encoder="transformer"), r"config\.encoder is 'transformer'"),
        (lambda d: d.update(label_transform={"label": "flops"}), "deviation, mean: missing"),
        (lambda d: d.update(label_transform=None), "label_transform is no object"),
        (lambda d: d["config"]["views"].pop(), r"calibrator\.means has the shape \(2, 2\)"),
        (lambda d: d["calibrator"].pop("means"), r"calibrator\.means: missing"),
        (lambda d: d["calibrator"]["means"].pop(), r"calibrator\.means has the shape \(1, 2\)"),
        (
            lambda d: d["calibrator"].update(ranker_deviation=0),
            "deviation is 0, not numbers",
        ),
        (lambda d: d["calibrator"]["quantiles"].reverse(), "the numbers of quantiles fall"),
        (lambda d: d["families"].pop(), "families has 0 entries, not from 1"),
        (lambda d: d["families"][0].update(name="a\nb"), r"families\[0\]\.name is 'a\\nb'"),
        (lambda d: d["families"][0].update(smallest=[1]), r"smallest has the shape \(1,\)"),
        (lambda d: d["families"][0]["node_kinds"].append(-(2**63)), "node_kinds fall"),
        (lambda d: d.update(ranker_encoders=10**9), "ranker_encoders is 1000000000"),
    ],
)
def test_descriptions_that_do_not_fit(
    folder: Path, change: Callable[[dict[str, Any]], Any], problem: str
) -> None:
    _edit(folder, change)
    with pytest.raises(
        CheckpointError, match=rf"estimator\.json cannot be read .*{problem}.*again$"
    ):
        load(folder)


def test_a_description_of_another_width(folder: Path) -> None:
    _edit(folder, lambda description: description["config"].update(width=9))
    with pytest.raises(CheckpointError, match=r"bias has the shape \(8,\), not \(9,\)"):
        load(folder)


def test_broken_weights(folder: Path) -> None:
    whole = (folder / WEIGHTS).read_bytes()
    for content in (b"", b"pickle", whole[: len(whole) // 2]):
        (folder / WEIGHTS).write_bytes(content)
        with pytest.raises(CheckpointError, match=f"{WEIGHTS} cannot be read as the weights"):
            load(folder)
    (folder / WEIGHTS).unlink()
    with pytest.raises(CheckpointError, match=f"{WEIGHTS} cannot be read as the weights"):
        load(folder)


def _edit_weights(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    tensors = load_file(folder / WEIGHTS)
    change(tensors)
    save_file(tensors, folder / WEIGHTS)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda w: w.pop("predictor.1.centres"), r"predictor\.1\.centres is missing"),
        (lambda w: w.update(more=np.ones(3)), r"more\.: unknown"),
        (lambda w: w["predictor.0.heads.outer"].fill(np.nan), "outer holds numbers outside"),
        (lambda w: w["predictor.0.heads.outer"].fill(1e30), "outer holds numbers outside"),
        (
            lambda w: w.update({"predictor.0.centre_scale": np.ones(4)}),
            "centre_scale holds float64, not float32",
        ),
        (lambda w: w.update({"few_shot.weights": np.ones(4)}), r"few_shot\.score\.mean is missing"),
    ],
)
def test_weights_that_do_not_fit(
    folder: Path, change: Callable[[dict[str, Any]], Any], problem: str
) -> None:
    _edit_weights(folder, change)
    with pytest.raises(CheckpointError, match=f"{WEIGHTS} cannot be read .*{problem}"):
        load(folder)


def test_a_score_that_is_not_finite_is_never_given(folder: Path) -> None:
    """Weights within the limits, whose products overflow."""

    def grow(tensors: dict[str, Any]) -> None:
        for name, values in tensors.items():
            if name.endswith("weight"):
                values.fill(1e12)

    _edit_weights(folder, grow)
    with pytest.raises(
        EstimatorError, match=f"^{re.escape(str(folder))} gives scores that are not"
    ):
        load(folder).predict(random_graphs(3))


def test_a_fine_tuned_estimator_stays_the_same_to_the_bit(tmp_path: Path) -> None:
    graphs = random_graphs(20, seed=2)
    before = tiny_estimator().fine_tune(graphs[:9], [3, 1, 4, 1.5, 9, 2.6, 5, 3.5, 8])
    before.save_pretrained(tmp_path / "first")
    after = load(tmp_path / "first")
    for column in ("score", "uncertainty", "percentile"):
        np.testing.assert_array_equal(after.predict(graphs)[column], before.predict(graphs)[column])
    after.save_pretrained(tmp_path / "second")
    first, second = (tmp_path / name / WEIGHTS for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()


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


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
@pytest.mark.parametrize("name", [DESCRIPTION, WEIGHTS])
def test_devices_and_pipes_are_no_files_of_an_estimator(folder: Path, name: str) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(CheckpointError, match="it is a device or a pipe"):
        load(folder)
    (folder / name).unlink()
    (folder / name).symlink_to("/dev/zero")
    with pytest.raises(CheckpointError, match="it is a device or a pipe"):
        load(folder)
