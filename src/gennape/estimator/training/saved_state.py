"""State of a training in a file: weights, moments of AdamW, and how many epochs they have seen."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gennape.estimator.errors import EstimatorError
from gennape.estimator.models.stored_arrays import StoredArrays
from gennape.estimator.stored_values import StoredValues
from gennape.utils.errors import reading
from gennape.utils.torch_files import load_torch, save_torch

_CURE = "delete it and start again, which trains this part anew"
_LARGEST = 1e8
"""Of the numbers in a state; those of trainings that go well are far smaller."""
_LEAST = {"step": 1.0, "exp_avg_sq": 0.0}
"""The least that a number may be, where numbers may not have every sign."""


def save_state(path: Path, module: nn.Module, optimizer: torch.optim.AdamW, epoch: int) -> None:
    """Write the state after so many epochs, whole or not at all.

    Raises:
        WriteError: The operating system does not let it be written.
    """
    state = {"module": module.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}
    save_torch(path, state)


def restore_state(path: Path, module: nn.Module, optimizer: torch.optim.AdamW, epochs: int) -> int:
    """Go on from the state in a file.

    What a recipe decides is not taken from it.

    Args:
        path: The file.
        module: Gets the weights.
        optimizer: Of the module's parameters; gets their moments.
        epochs: Of the whole training.

    Returns:
        The number of epochs that it has seen.

    Raises:
        EstimatorError: It is damaged, or no state of this training; both are left unchanged.
    """
    with reading(path, EstimatorError, "a state of this training", _CURE):
        state = load_torch(path)
        epoch = StoredValues(state).integer("epoch", 1, epochs)
        weights = _like(module.state_dict(), state["module"])
        moments = _moments(optimizer, state["optimizer"]["state"])
    module.load_state_dict(weights)
    optimizer.load_state_dict({**optimizer.state_dict(), "state": moments})
    return epoch


def _moments(
    optimizer: torch.optim.AdamW, saved: Mapping[int, Mapping[str, Tensor]]
) -> dict[int, dict[str, Tensor]]:
    """Check what is remembered of each parameter, by its place; of unused ones there is nothing."""
    parameters = dict(enumerate(optimizer.param_groups[0]["params"]))
    if not saved.keys() <= parameters.keys():
        raise ValueError("it knows other parameters than this training")
    return {place: _like(_expected(parameters[place]), saved[place]) for place in sorted(saved)}


def _expected(parameter: Tensor) -> dict[str, Tensor]:
    weights = parameter.detach()
    return {"step": torch.tensor(0.0), "exp_avg": weights, "exp_avg_sq": weights}


def _like(expected: Mapping[str, Tensor], found: Mapping[str, Any]) -> dict[str, Tensor]:
    """Return copies of tensors, which must have the names, shapes and types that are expected.

    Raises:
        ValueError: They have others, or numbers that no training gives.
    """
    if found.keys() != expected.keys():
        raise ValueError("it holds other tensors than those of this training")
    arrays = StoredArrays({name: tensor.numpy() for name, tensor in found.items()})
    return {
        name: torch.tensor(
            arrays.take(
                name,
                *tensor.shape,
                dtype=tensor.numpy().dtype.type,
                low=_LEAST.get(name, -_LARGEST),
                high=_LARGEST,
            )
        ).reshape(tensor.shape)
        for name, tensor in expected.items()
    }
