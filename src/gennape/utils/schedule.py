"""Schedules of learning rates."""

from math import cos, pi


def one_cycle(progress: float, warm_up: float, lowest: float = 0.0) -> float:
    """Compute the learning rate of a one-cycle schedule, as a share of the highest.

    It rises in a line from 0 and then falls to 0 along a cosine. `torch.optim.lr_scheduler`
    has the same shape with other roundings, and a scheduler's own state to be restored; here
    the rate follows from the progress alone.

    >>> one_cycle(0.1, warm_up=0.2), one_cycle(0.2, warm_up=0.2), one_cycle(1.0, warm_up=0.2)
    (0.5, 1.0, 0.0)

    Args:
        progress: Share of the training that is done, 0 to 1.
        warm_up: Share in which the rate rises, from 0 to below 1.
        lowest: The least share while it rises.

    Returns:
        From 0 to 1.
    """
    if progress < warm_up:
        return max(progress / warm_up, lowest)
    return 0.5 * (1 + cos(pi * (progress - warm_up) / (1 - warm_up)))
