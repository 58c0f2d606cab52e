"""Training that was begun under earlier names goes on.

Before checkpoints of version 3 a predictor was a member and a ranker's encoder a generalist, in
the arguments of a run and in the names of its states.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gennape.estimator.earlier_versions import in_current_terms
from gennape.utils.workspace import Workspace

ARGUMENTS = "arguments.json"
_NAMES = (
    ("-generalist.pt", "-all-families.pt"),
    ("generalist-", "ranker-encoder-"),
    ("member-", "predictor-"),
)
"""Parts of the names of states and what became of them, one after another."""


def unfinished_workspace(folder: Path, arguments: dict[str, Any]) -> Workspace:
    """Give the folder of an unfinished run; states get their names of today upon entering.

    Args:
        folder: Where the states are.
        arguments: What the result depends on, plain JSON.
    """

    def renamed(records: list[Any]) -> list[Any]:
        for state in folder.glob("*.pt"):
            name = state.name
            for before, now in _NAMES:
                name = name.replace(before, now)
            os.replace(state, folder / name)
        return records

    def upgrade(known: dict[str, Any]) -> tuple[dict[str, Any], Callable[[list[Any]], list[Any]]]:
        return in_current_terms(known), renamed

    return Workspace(folder, arguments, ARGUMENTS, upgrade=upgrade)
