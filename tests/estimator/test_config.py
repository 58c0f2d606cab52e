import json

import pytest

from gennape.estimator import CONFIGS, DEFAULT, EstimatorConfig


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_survives_json(name: str) -> None:
    text = json.dumps(CONFIGS[name].to_json())
    assert EstimatorConfig.from_json(json.loads(text)) == CONFIGS[name]


def test_names_that_no_config_has() -> None:
    with pytest.raises(ValueError, match="a config has no colour, depth"):
        EstimatorConfig.from_json(DEFAULT.to_json() | {"depth": 3, "colour": "red"})


@pytest.mark.parametrize(
    ("ablation", "changed"),
    [
        ("no-contrastive", {"contrastive_epochs"}),
        ("one-cluster", {"clusters"}),
        ("flops-label", {"label"}),
        ("plain-label", {"label"}),
    ],
)
def test_an_ablation_changes_one_part(ablation: str, changed: set[str]) -> None:
    before, after = DEFAULT.to_json(), CONFIGS[ablation].to_json()
    assert {name for name in before if before[name] != after[name]} == changed
