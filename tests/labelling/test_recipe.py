from pathlib import Path

import pytest

from gennape.labelling import LabellingError, load_recipe, recipes
from helpers.labelled_networks import tiny_recipe


def test_recipes_of_the_package() -> None:
    assert recipes() == ["paper", "quick", "standard"]
    paper = load_recipe("paper")
    assert (paper.epochs, paper.batch, paper.optimizer) == (200, 256, "rmsprop")
    assert (paper.learning_rate, paper.warm_up, paper.images) == (1e-3, 0, 0)
    assert load_recipe("quick").epochs < load_recipe("standard").epochs < paper.epochs


def _write(path: Path, **changes: object) -> Path:
    values = {**tiny_recipe().described(), **changes}
    lines = [f"{key} = {_toml(value)}" for key, value in values.items() if key != "name"]
    path.write_text("\n".join(lines))
    return path


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def test_a_recipe_of_ones_own(tmp_path: Path) -> None:
    assert load_recipe(_write(tmp_path / "tiny.toml")) == tiny_recipe()
    assert load_recipe(_write(tmp_path / "tiny.toml", learning_rate=1)).learning_rate == 1


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"optimizer": "adam"}, "optimizer .* 'adam'; it must be one of muon, sgd, rmsprop"),
        ({"epochs": 0}, "epochs .* must be positive"),
        ({"epochs": 2.5}, "epochs .* 2.5, of another type"),
        ({"batch": 1}, "at least 2"),
        ({"crop": -1}, "0 or more"),
        ({"learning_rate": float("nan")}, "must be a finite number"),
        ({"weight_decay": float("inf")}, "must be a finite number"),
        ({"warm_up": 1.0}, "below 1"),
        ({"half_resolution_epochs": 3}, "number of epochs"),
        ({"momentum": 0.5}, "has unknown momentum"),
    ],
)
def test_bad_values(tmp_path: Path, changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(LabellingError, match=sentence):
        load_recipe(_write(tmp_path / "tiny.toml", **changes))


def test_bad_files(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("epochs = 3")
    with pytest.raises(LabellingError, match="own lacks batch, crop"):
        load_recipe(path)
    path.write_text("epochs")
    with pytest.raises(LabellingError, match="own is no TOML"):
        load_recipe(path)
    with pytest.raises(LabellingError, match="'quik'; did you mean quick"):
        load_recipe("quik")
