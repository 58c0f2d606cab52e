"""What has to be known to run a test again and to trust it."""

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import gennape
from gennape.evaluation.few_shot import DRAWS
from gennape.evaluation.transfer.eval_table import EvalTable
from gennape.evaluation.transfer.experiments import TrainingRun
from gennape.utils.files import digest_of, sha256_of

_PACKAGES = ("gennape", "torch", "numpy", "scipy")


def run_provenance(
    asked: Mapping[str, Any],
    tables: Iterable[EvalTable],
    trainings: Sequence[TrainingRun],
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    """Describe a test that ends now, in plain values.

    Args:
        asked: The command that makes the same report, and what it asks for.
        tables: The labelled tables.
        trainings: The finished trainings.
        seconds: How long each training and each measurement took, by version or digest.
    """
    return {
        **asked,
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "draws": list(DRAWS),
        "versions": {"Python": platform.python_version()}
        | {package: version(package) for package in _PACKAGES},
        "processors": os.cpu_count() or 1,
        "seconds": sum(seconds.values()),
        "tables": [
            {
                "name": table.name,
                "rows": len(table.benchmark),
                "judged": len(table.rows),
                "sha256": table.sha256,
            }
            for table in tables
        ],
        "trainings": [
            {
                "name": run.name,
                "seed": run.seed,
                "tables": [table.name for table in run.tables],
                "rows": run.config.rows_per_family,
                "seconds": seconds[run.version],
            }
            for run in trainings
        ],
    }


def code_digest() -> str:
    """Digest the source of the package, on which all results depend."""
    root = Path(str(gennape.__file__)).parent
    return digest_of([sha256_of(file) for file in sorted(root.rglob("*.py"))])
