"""Checkpoints of estimators, to be mutated."""

import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
from safetensors.numpy import load, save

from fuzz.harness import FuzzTarget
from fuzz.mutations import changed_json, damaged, rewritten
from gennape.estimator import Estimator
from gennape.estimator.checkpoint import DESCRIPTION, WEIGHTS
from gennape.graph import ComputationGraph
from helpers.accuracy_models import made_up_estimator, random_classifiers
from helpers.tiny_tables import out_of_domain_graph, random_graphs, tiny_estimator_of_two_families

_FROZEN = Path(__file__).parents[1] / "estimator" / "frozen"
_NUMBERS = (0, -1, 1e-30, 1e9, -1e12, 1e30, np.inf, -np.inf, np.nan)


@cache
def _networks() -> list[ComputationGraph]:
    return [*random_graphs(2), random_classifiers(2).graph(1), out_of_domain_graph()]


def scores(path: Path) -> Sequence[float]:
    """Load an estimator; return what it predicts for a few networks, and how it explains that."""
    loaded = Estimator.from_pretrained(path)
    table = loaded.explain(_networks())
    names = [name for name in table.columns if name.startswith("part_")]
    values = [table[name] for name in ("score", "uncertainty", "percentile", *names)]
    accuracies = table["accuracy"][np.isfinite(table["accuracy"])]
    return [*np.concatenate(values), *accuracies]


def changed_arrays(data: bytes, random: Random) -> bytes:
    """Change numbers of a few arrays, or their types, shapes and names."""
    arrays = load(data)
    for _ in range(1 + int(random.expovariate(0.7))):
        name = random.choice(sorted(arrays))
        array = arrays.pop(name).copy()
        change = random.randrange(8)
        if change < 5 and array.size:
            with np.errstate(over="ignore", invalid="ignore"):
                new = np.array(random.choice(_NUMBERS)).astype(array.dtype)
            array.reshape(-1)[:: random.choice((1, 7, array.size))] = new
        elif change == 5:
            array = array.astype(random.choice((np.float32, np.float64, np.int64, np.float16)))
        elif change == 6:
            array = random.choice((array[:-1], array[None], array.reshape(-1), array[:0]))
        else:
            name = random.choice(("more", f"{name}.more", name.partition(".")[2] or "more"))
        arrays[name] = np.ascontiguousarray(array)
    return save(arrays)


def _seeds(folder: Path) -> Iterator[Path]:
    tuned = tiny_estimator_of_two_families().fine_tune(_networks(), [3, 1, 4, 1.5])
    for name, one in (("tuned", tuned), ("measured", made_up_estimator())):
        one.save_pretrained(folder / name)
        yield folder / name


def _earlier(folder: Path) -> Iterator[Path]:
    yield Path(shutil.copytree(_FROZEN / "version-2", folder / "version-2"))


def _changed(data: bytes, random: Random) -> bytes:
    """Change a description, which begins with a brace, or weights."""
    return (changed_json if data.startswith(b"{") else changed_arrays)(data, random)


_READER = f"{__name__}:{scores.__name__}"

TARGETS = (
    FuzzTarget(
        "estimator description",
        _READER,
        _seeds,
        (changed_json, changed_json, rewritten, damaged),
        (DESCRIPTION,),
    ),
    FuzzTarget("estimator weights", _READER, _seeds, (changed_arrays, damaged), (WEIGHTS,)),
    FuzzTarget(
        "estimator of version 2",
        _READER,
        _earlier,
        (_changed, _changed, damaged),
        (DESCRIPTION, WEIGHTS),
    ),
)
