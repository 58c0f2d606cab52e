"""The training loop of every stage: one-cycle AdamW, resumable after each epoch."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from gennape.estimator.errors import EstimatorError
from gennape.estimator.stored_values import LARGEST
from gennape.estimator.training.saved_state import restore_state, save_state
from gennape.utils.array_types import IntArray
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

    Raises:
        EstimatorError: It diverges, or the state is damaged or of another training.
    """
    optimizer = torch.optim.AdamW(
        module.parameters(), lr=plan.learning_rate, weight_decay=plan.weight_decay
    )
    first = 0
    if state_file is not None and state_file.exists():
        first = restore_state(state_file, module, optimizer, plan.epochs)
    module.train()
    for epoch in range(first, plan.epochs):
        torch.manual_seed(plan.seed * 1009 + epoch)
        rows = order(np.random.default_rng([plan.seed, epoch]))
        steps = max(1, len(rows) // plan.batch_size)
        for step in range(steps):
            done = epoch * steps + step
            _set_learning_rate(optimizer, plan, done / (plan.epochs * steps))
            error = loss(rows[step * plan.batch_size :][: plan.batch_size])
            if not torch.isfinite(error):
                raise EstimatorError(_diverged(plan, state_file))
            _step(module, optimizer, error)
            report(plan.name, done + 1, plan.epochs * steps)
        if not all((weights.abs() <= LARGEST).all() for weights in module.parameters()):
            raise EstimatorError(_diverged(plan, state_file))
        if state_file is not None:
            save_state(state_file, module, optimizer, epoch + 1)
    module.eval()


def _step(module: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(module.parameters(), _GRADIENT_LIMIT)
    optimizer.step()


def _set_learning_rate(optimizer: torch.optim.Optimizer, plan: TrainingPlan, done: float) -> None:
    """Set the one-cycle rate at the share `done` of all steps."""
    factor = one_cycle(done, _WARM_UP, _LOWEST_RATE)
    for group in optimizer.param_groups:
        group["lr"] = plan.learning_rate * factor


def _diverged(plan: TrainingPlan, state_file: Path | None) -> str:
    """Say what to do about numbers that are lost; states of the same recipe are of no use."""
    cure = "lower the learning rate"
    if state_file is not None:
        cure += f" and delete {state_file.parent}, if it is still there"
    return f"the training of {plan.name} has diverged; {cure}"
