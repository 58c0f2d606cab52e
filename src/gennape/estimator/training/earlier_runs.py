"""Trainings that were begun before the parts of an estimator had the names of today."""

import json
import os
from pathlib import Path

from gennape.estimator.checkpoint import renamed
from gennape.utils.files import atomic_write

_STATE_FILES = {"member-": "predictor-", "generalist-": "ranker-encoder-"}
"""First words of names of state files, and what became of them."""
_STAGES = {"-generalist.pt": "-all-families.pt"}


def adopt_earlier_run(folder: Path, arguments: str) -> None:
    """Give the settings and states of an unfinished training the names of today.

    Args:
        folder: Of the unfinished training; one that is not there, or has today's names, stays.
        arguments: Name of the file of its settings.
    """
    path = folder / arguments
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        is_earlier = "generalists" in known["config"]
    except (OSError, ValueError, KeyError, TypeError):
        return  # the workspace says what is wrong
    if not is_earlier:
        return
    for state in folder.glob("*.pt"):
        os.replace(state, state.with_name(_current(state.name)))
    text = json.dumps(renamed(known)) + "\n"
    atomic_write(path, lambda partial: partial.write_text(text, encoding="utf-8"))


def _current(name: str) -> str:
    """The name that a state file has today."""
    for before, now in _STATE_FILES.items():
        if name.startswith(before):
            name = now + name.removeprefix(before)
    for before, now in _STAGES.items():
        if name.endswith(before):
            name = name.removesuffix(before) + now
    return name
