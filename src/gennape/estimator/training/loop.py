"""The training loop of every stage: one-cycle AdamW, resumable after each epoch."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from gennape.utils.array_types import IntArray
from gennape.utils.files import atomic_torch_save
from gennape.utils.progress import ProgressCallback, no_progress
from gennape.utils.schedule import one_cycle

Order = Callable[[np.random.Generator], IntArray]
"""Row numbers of one epoch, in the order in which they are seen."""

_WARM_UP, _LOWEST_RATE = 0.1, 0.04
_GRADIENT_LIMIT = 1.0


@dataclass(frozen=True)
class TrainingPlan:
    """Length and pace of a stage.

    Attributes:
        name: Of the stage in progress reports.
        epochs: Rounds over all rows.
        batch_size: Rows a step.
        learning_rate: The highest; it rises for a tenth of the steps, then falls to zero
            along a cosine.
        seed: Of the order of rows and of dropout.
        weight_decay: Of AdamW.
    """

    name: str
    epochs: int
    batch_size: int
    learning_rate: float
    seed: int
    weight_decay: float = 1e-4


def train(
    module: nn.Module,
    loss: Callable[[IntArray], Tensor],
    order: Order,
    plan: TrainingPlan,
    state_file: Path | None = None,
    report: ProgressCallback = no_progress,
) -> None:
    """Train `module` in place, in evaluation mode afterwards.

    After each epoch the state goes to `state_file`; where that exists, training goes on
    from it, with the same result as without the interruption.

    Args:
        module: The network to train.
        loss: The loss of a batch of row numbers.
        order: Rows of an epoch; as many in each.
        plan: How long and how fast.
        state_file: Where the state is kept.
        report: Told after every step.
    """
    optimizer = torch.optim.AdamW(
        module.parameters(), lr=plan.learning_rate, weight_decay=plan.weight_decay
    )
    first = _restore(module, optimizer, state_file)
    module.train()
    for epoch in range(first, plan.epochs):
        torch.manual_seed(plan.seed * 1009 + epoch)
        rows = order(np.random.default_rng([plan.seed, epoch]))
        steps = max(1, len(rows) // plan.batch_size)
        for step in range(steps):
            done = epoch * steps + step
            _set_learning_rate(optimizer, plan, done / (plan.epochs * steps))
            _step(module, optimizer, loss(rows[step * plan.batch_size :][: plan.batch_size]))
            report(plan.name, done + 1, plan.epochs * steps)
        _save(module, optimizer, epoch + 1, state_file)
    module.eval()


def _step(module: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    if not torch.isfinite(loss):
        raise FloatingPointError("the training loss is not finite; lower the learning rate")
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(module.parameters(), _GRADIENT_LIMIT)
    optimizer.step()


def _set_learning_rate(optimizer: torch.optim.Optimizer, plan: TrainingPlan, done: float) -> None:
    """Set the one-cycle rate at the share `done` of all steps."""
    factor = one_cycle(done, _WARM_UP, _LOWEST_RATE)
    for group in optimizer.param_groups:
        group["lr"] = plan.learning_rate * factor


def _save(
    module: nn.Module, optimizer: torch.optim.Optimizer, epoch: int, path: Path | None
) -> None:
    if path is None:
        return
    state = {"module": module.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}
    atomic_torch_save(path, state)


def _restore(module: nn.Module, optimizer: torch.optim.Optimizer, path: Path | None) -> int:
    """Load a saved state, if there is one; returns the number of epochs it has seen."""
    if path is None or not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    module.load_state_dict(state["module"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["epoch"])
