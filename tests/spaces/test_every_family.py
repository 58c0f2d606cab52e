"""What holds of every family; a new one inherits all of it by being registered."""

from typing import Any

import numpy as np
import pytest

from gennape import spaces
from gennape.spaces import ArchitectureError, check_family

SAMPLES = 25
LARGEST_ENUMERATION = 1_000_000


@pytest.fixture(params=spaces.names())
def space(request: pytest.FixtureRequest) -> Any:
    return spaces.get(request.param)


def _samples(space: Any, seed: int = 0, count: int = SAMPLES) -> list[Any]:
    rng = np.random.default_rng(seed)
    return [space.sample(rng) for _ in range(count)]


def test_it_keeps_its_promises(space: Any) -> None:
    check_family(space)


def test_samples_vary_and_follow_the_seed(space: Any) -> None:
    first = _samples(space)
    assert first == _samples(space)
    assert first != _samples(space, seed=1)
    assert len(set(first)) > SAMPLES // 2


def test_a_mutation_follows_the_seed(space: Any) -> None:
    architecture, *_ = _samples(space)
    walks = [
        [space.mutate(architecture, rng) for _ in range(5)]
        for rng in (np.random.default_rng(3), np.random.default_rng(3))
    ]
    assert walks[0] == walks[1]
    assert len(set(walks[0])) > 1


def test_architectures_have_neighbours_and_networks_cost(space: Any) -> None:
    for architecture in _samples(space, count=8):
        assert len(space.neighbours(architecture)) > 1
        assert space.graph(architecture).macs > 0


def test_classes_and_resolution_are_options(space: Any) -> None:
    architecture, *_ = _samples(space)
    larger = spaces.get(space.name, classes=77, resolution=256).graph(architecture)
    assert larger.output_shape[0].tolist() == [3, 256, 256]
    assert larger.output_shape[-1].tolist() == [77, 1, 1]


def test_enumeration_starts_without_repeats(space: Any) -> None:
    if space.size is None or space.size > LARGEST_ENUMERATION:
        with pytest.raises(ArchitectureError, match=f"{space.name} is too large to enumerate"):
            space.enumerate()
        return
    first = [architecture for architecture, _ in zip(space.enumerate(), range(500), strict=False)]
    assert len(set(first)) == 500
    assert all(space.parse(space.format(architecture)) == architecture for architecture in first)


@pytest.mark.parametrize("text", ["", "/", "nonsense", "|", "c3/", "+++", "c3/01-12-", "ü~0"])
def test_other_text_is_refused_with_its_reason(space: Any, text: str) -> None:
    with pytest.raises(ArchitectureError, match=r"is no .*; (one|they) looks? like "):
        space.parse(text)


def test_near_names_are_suggested() -> None:
    with pytest.raises(ArchitectureError, match="did you mean nasbench101"):
        spaces.get("nasbench11")
    with pytest.raises(ArchitectureError, match="did you mean nasbench101, nasbench201"):
        spaces.get("#")
