"""Suggestions whose every number is known."""

from gennape.search import Suggestion, Suggestions

GAIN = Suggestion(
    change="kernel@54=5",
    words="kernel 3 -> 5 of conv 54 (512x7x7)",
    points=2.0,
    points_low=0.4,
    points_high=3.6,
    accuracy=75.0,
    macs=1200,
    parameters=150,
    macs_change=200,
    parameters_change=50,
    scope="near",
    note="",
    alike=2,
)
SAVING = Suggestion(
    change="remove@9=4",
    words="leave out nodes 5-9 (64x56x56)",
    points=-0.04,
    points_low=-1.8,
    points_high=1.7,
    accuracy=72.96,
    macs=900,
    parameters=100,
    macs_change=-100,
    parameters_change=0,
    scope="far",
    note="no measured network is like it",
    alike=0,
)
FOUND = Suggestions(
    model="network",
    accuracy=73.0,
    accuracy_low=71.2,
    accuracy_high=74.6,
    macs=1000,
    parameters=100,
    dataset="imagenet-1k",
    recipe="typical",
    tried=1234,
    gains=(GAIN,),
    savings=(SAVING,),
)
