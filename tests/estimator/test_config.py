import json
from typing import Any

import pytest

from gennape.estimator import CONFIGS, DEFAULT, EstimatorConfig
from gennape.estimator.stored_values import StoredValues


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_survives_json(name: str) -> None:
    text = json.dumps(CONFIGS[name].to_json())
    assert EstimatorConfig.read(StoredValues(json.loads(text))) == CONFIGS[name]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"depth": 3, "colour": "red"}, "colour, depth: unknown"),
        ({"layers": 10**7}, "layers is 10000000, not a whole number from 1 to 1000"),
        ({"ranker_encoders": 10**9}, "ranker_encoders is 1000000000, not a whole number"),
        ({"width": True}, "width is True, not a whole number"),
        ({"width": 48.0}, r"width is 48\.0, not a whole number"),
        ({"fuzzifier": 1}, "fuzzifier is 1, not a number from"),
        ({"dropout": float("nan")}, "dropout is nan, not a number from 0"),
        ({"out_of_domain_weight": 1.5}, r"out_of_domain_weight is 1\.5, not a number from 0 to 1"),
        ({"encoder": "transformer"}, "encoder is 'transformer', not one of message-passing, k-gnn"),
        ({"label": None}, "label is None, not one of flops"),
        ({"views": []}, "views has 0 entries, not from 1 to 100"),
        ({"views": [3]}, r"views\[0\] is no object"),
        ({"views": [{"readout": "sum"}]}, r"views\[0\]\.paths: missing"),
        ({"views": [{"readout": "sum", "paths": 1}]}, r"views\[0\]\.paths is 1, not true or false"),
        ({"views": "sum"}, "views is 'sum', not a list"),
    ],
)
def test_values_that_no_config_has(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{problem}"):
        EstimatorConfig.read(StoredValues(json.loads(json.dumps(DEFAULT.to_json() | change))))


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
