"""Training of one network, epoch by epoch.

All randomness of an epoch comes from the seed and the number of the epoch, and the learning
rate from the number of the step. So weights, optimiser and history are all that an
interrupted training needs to go on as if nothing had happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite
from time import perf_counter
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gennape.graph import ComputationGraph
from gennape.labelling.augmentation import crop_and_flip
from gennape.labelling.compute import Compute
from gennape.labelling.dataset import Dataset, LabelledImages
from gennape.labelling.muon import Muon
from gennape.labelling.recipe import Recipe
from gennape.utils.errors import GennapeError
from gennape.utils.schedule import one_cycle

_MOMENTUM = 0.9
_PERCENT = 100
_SQUARES = ("running_var", "square_avg")
"""Ends of the names of tensors that are means of squares."""


class DivergenceError(GennapeError, ArithmeticError):
    """Training whose numbers are no longer finite."""


class CheckpointMismatchError(GennapeError, ValueError):
    """A state that is none of the training that it is given to."""


@dataclass
class TrainingHistory:
    """Measurements after each epoch.

    Attributes:
        train_accuracy: Top-1 accuracy on the augmented training images, in percent, each
            image seen by the network as it was at that moment.
        test_accuracy: Top-1 accuracy on test images, in percent; after the last epoch on all of
            them, before on as many as the recipe says, at the resolution of the epoch.
        seconds: Time of all epochs, tests included.
    """

    train_accuracy: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def check(self, epochs: int) -> None:
        """Check what was read of a file.

        Args:
            epochs: Of the whole training; there may be fewer.

        Raises:
            CheckpointMismatchError: Something is no number, or of another number of epochs.
        """
        measured = [self.train_accuracy, self.test_accuracy]
        if not all(isinstance(values, list) and len(values) <= epochs for values in measured):
            raise CheckpointMismatchError("its history is none of this training")
        numbers = [*self.train_accuracy, *self.test_accuracy, self.seconds]
        is_whole = len(self.train_accuracy) == len(self.test_accuracy)
        if not is_whole or not all(type(one) is float and isfinite(one) for one in numbers):
            raise CheckpointMismatchError("its history holds something else than numbers")


class NetworkTraining:
    """Network in training.

    Args:
        graph: The network; its initial weights are PyTorch's, by the seed.
        dataset: On the device.
        recipe: Of the training.
        compute: Device and precision.
        seed: Of all randomness.

    Attributes:
        history: Measurements so far.

    Raises:
        GraphError: The graph cannot be executed.
    """

    def __init__(
        self,
        graph: ComputationGraph,
        dataset: Dataset,
        recipe: Recipe,
        compute: Compute,
        seed: int,
    ) -> None:
        self.dataset, self.recipe, self.compute, self.seed = dataset, recipe, compute, seed
        torch.manual_seed(seed)
        self.network = compute.place(graph.to_module(stand_ins=True))
        self.forward = compute.prepare(self.network)
        self.optimizer = _optimizer(self.network, recipe)
        self.history = TrainingHistory()
        self.mean, self.deviation = (moment.to(compute.device) for moment in dataset.moments())
        self.chosen = _chosen(len(dataset.train), recipe, seed)

    @property
    def epochs(self) -> int:
        """Number of epochs that are done."""
        return len(self.history.test_accuracy)

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.epochs == self.recipe.epochs

    def state(self) -> dict[str, Any]:
        """Return all that `restore` needs."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "history": vars(self.history),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where another training of this network was, by its state.

        Raises:
            CheckpointMismatchError: The state is of another training, or damaged; this one is
                then to be thrown away.
        """
        try:
            self.network.load_state_dict(state["network"])
            is_sound = all(_is_sound(*weights) for weights in self.network.state_dict().items())
            own = _hyperparameters(self.optimizer)
            self.optimizer.load_state_dict(state["optimizer"])
            _part(self.optimizer)
            history = TrainingHistory(**state["history"])
            fits = _hyperparameters(self.optimizer) == own and _fits(self.optimizer)
        except (RuntimeError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise CheckpointMismatchError("the state is of another training") from error
        if not is_sound:
            raise CheckpointMismatchError("the weights are none that a training gives")
        if not fits:
            raise CheckpointMismatchError("the state is of another optimiser")
        self.history = history

    def epoch(self) -> None:
        """Train and test for one epoch.

        Raises:
            DivergenceError: The loss or an output is no longer finite.
        """
        start = perf_counter()
        torch.manual_seed(_seed_of(self.seed, self.epochs))
        train_accuracy = self._train()
        test_accuracy = self._test()
        self.history.train_accuracy.append(train_accuracy)
        self.history.test_accuracy.append(test_accuracy)
        self.history.seconds += perf_counter() - start

    def _train(self) -> float:
        self.network.train()
        batches = self._batches()
        loss_sum, right = (torch.zeros((), device=self.compute.device) for _ in range(2))
        for step, rows in enumerate(batches):
            progress = (self.epochs + (step + 0.5) / len(batches)) / self.recipe.epochs
            factor = one_cycle(progress, self.recipe.warm_up)
            for group in self.optimizer.param_groups:
                group["lr"] = self.recipe.learning_rate * factor
            images, classes = self._training_batch(rows)
            with self.compute.autocast():
                outputs = self.forward(images)
            loss = F.cross_entropy(
                outputs.float(), classes, label_smoothing=self.recipe.label_smoothing
            )
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            loss_sum += loss.detach()
            right += (outputs.detach().argmax(1) == classes).sum()
        if not isfinite(loss_sum.item()):
            raise DivergenceError(f"the loss is not finite in epoch {self.epochs + 1}")
        return _PERCENT * right.item() / sum(map(len, batches))

    @torch.no_grad()
    def _test(self) -> float:
        self.network.eval()
        right = torch.zeros((), device=self.compute.device)
        is_finite = torch.ones((), dtype=torch.bool, device=self.compute.device)
        is_last = self.epochs + 1 == self.recipe.epochs
        part = self.dataset.test.spread(0 if is_last else self.recipe.test_images)
        for images, classes in self._normalised(part):
            with self.compute.autocast():
                outputs = self.forward(images)
            is_finite &= outputs.isfinite().all()
            right += (outputs.argmax(1) == classes).sum()
        if not is_finite.item():
            raise DivergenceError(f"outputs are not finite after epoch {self.epochs + 1}")
        return _PERCENT * right.item() / len(part)

    def _batches(self) -> list[Tensor]:
        """Draw the rows of each step; those that fill no batch are left out."""
        order = self.chosen[torch.randperm(len(self.chosen))].to(self.compute.device)
        whole = len(order) - len(order) % self.recipe.batch
        return list(torch.split(order[: whole or None], self.recipe.batch))

    def _training_batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        flip = self.recipe.flip and self.dataset.can_mirror
        pixels = crop_and_flip(self.dataset.train.pixels[rows], self.recipe.crop, flip)
        return self._floats(pixels), self.dataset.train.classes[rows]

    def _normalised(self, part: LabelledImages) -> Iterator[tuple[Tensor, Tensor]]:
        batches = (torch.split(tensor, self.recipe.batch) for tensor in (part.pixels, part.classes))
        for pixels, classes in zip(*batches, strict=True):
            yield self._floats(pixels), classes

    def _floats(self, pixels: Tensor) -> Tensor:
        """Normalise images, channels last, at the resolution of the epoch."""
        images = (pixels.float() - self.mean) / self.deviation
        if self.epochs < self.recipe.half_resolution_epochs:
            images = F.avg_pool2d(images, 2)
        return images.contiguous(memory_format=torch.channels_last)


def _optimizer(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    parameters = network.parameters()
    decay = recipe.weight_decay
    if recipe.optimizer == "rmsprop":
        return torch.optim.RMSprop(parameters, recipe.learning_rate, weight_decay=decay)
    if recipe.optimizer == "muon":
        return Muon(parameters, recipe.learning_rate, _MOMENTUM, decay)
    return torch.optim.SGD(
        parameters, recipe.learning_rate, momentum=_MOMENTUM, weight_decay=decay, nesterov=True
    )


def _hyperparameters(optimizer: torch.optim.Optimizer) -> list[dict[str, Any]]:
    """List all that an optimiser is told, but for the learning rate, which each step sets."""
    left_out = ("params", "lr")
    return [
        {name: value for name, value in group.items() if name not in left_out}
        for group in optimizer.param_groups
    ]


def _fits(optimizer: torch.optim.Optimizer) -> bool:
    """Tell whether an optimiser remembers of each weight what it needs, in sound tensors."""
    names = (
        {"step", "square_avg"}
        if isinstance(optimizer, torch.optim.RMSprop)
        else {"momentum_buffer"}
    )
    return all(
        {*known} == names
        and all(
            isinstance(one, Tensor) and one.shape in (weight.shape, ()) and _is_sound(name, one)
            for name, one in known.items()
        )
        for weight, known in optimizer.state.items()
    )


def _part(optimizer: torch.optim.Optimizer) -> None:
    """Give tensors of an optimiser numbers of their own, where they share them."""
    for known in optimizer.state.values():
        known.update({name: tensor.clone() for name, tensor in known.items()})


def _is_sound(name: str, tensor: Tensor) -> bool:
    """Tell whether all numbers are finite, and none is negative that is a mean of squares."""
    is_square = name.endswith(_SQUARES)
    return bool(tensor.isfinite().all()) and not (is_square and bool((tensor < 0).any()))


def _chosen(images: int, recipe: Recipe, seed: int) -> Tensor:
    """Choose the training images: the same ones for all networks of a seed."""
    order = torch.randperm(images, generator=torch.Generator().manual_seed(seed))
    return order[: recipe.images or None]


def _seed_of(seed: int, epoch: int) -> int:
    """Return a seed of its own for each epoch."""
    return int(np.random.SeedSequence((seed, epoch)).generate_state(1, np.uint64)[0])
