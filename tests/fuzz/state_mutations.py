"""Changes of states of trainings in files of PyTorch, written anew with right checksums."""

import io
from collections.abc import Iterator
from random import Random
from typing import Any

import torch
from torch import Tensor

from fuzz.mutations import NUMBERS


def changed_state(data: bytes, random: Random) -> bytes:
    """Change a value of a state, most often a tensor, and write it again."""
    state = torch.load(io.BytesIO(data), weights_only=True)
    places = list(_places(state))
    for _ in range(random.choice((1, 1, 3))):
        inside, key = random.choice(places)
        if random.random() < 0.1:
            inside.pop(key, None)
        elif key in inside:
            inside[key] = _other_tensor(inside[key], random)
    packed = io.BytesIO()
    torch.save(state, packed)
    return packed.getvalue()


def _places(state: dict[Any, Any]) -> Iterator[tuple[dict[Any, Any], Any]]:
    """Give the objects of a state with each of their keys."""
    for key, value in state.items():
        yield state, key
        if isinstance(value, dict):
            yield from _places(value)


def _other_tensor(value: Any, random: Random) -> Any:
    number = random.choice((*NUMBERS, -1.0, 1e-30, 1e11, 1e30, float("inf"), float("nan")))
    if not isinstance(value, Tensor) or random.random() < 0.1:
        return random.choice((number, -number, None, True, "x", [], {}, [value], {"x": value}))
    changed = value.clone(memory_format=torch.contiguous_format)
    changed.view(-1)[:: random.choice((1, 7, changed.numel()))] = (
        float(number) if value.is_floating_point() else random.choice((0, -1, 2**40))
    )
    others = (
        torch.zeros((), dtype=value.dtype).expand(10**9, 10**6),
        torch.zeros((), dtype=value.dtype).expand(value.shape),
        value.double(),
        value.to(torch.complex64),
        value[None],
        value.reshape(-1)[:0],
        value.to_sparse() if value.dim() else value,
        value.to("meta"),
        value.double().requires_grad_(),
    )
    return random.choice((changed, changed, changed, random.choice(others)))
