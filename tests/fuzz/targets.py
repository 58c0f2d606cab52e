"""All targets: what is mutated in the tests and in `benchmarks/fuzz.py`."""

from fuzz import (
    estimator_targets,
    file_targets,
    kept_targets,
    network_targets,
    work_targets,
)
from fuzz.harness import FuzzTarget

TARGETS: tuple[FuzzTarget, ...] = (
    *file_targets.TARGETS,
    *network_targets.TARGETS,
    *estimator_targets.TARGETS,
    *work_targets.TARGETS,
    *kept_targets.TARGETS,
)
