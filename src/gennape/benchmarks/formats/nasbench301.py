"""NAS-Bench-301: the training runs behind the surrogate, `results_*.json`.

Layout as read by `nasbench301/surrogate_models/utils.py` of github.com/automl/nasbench301
(`ConfigLoader`), its example in `surrogate_models/test`, and the configuration's names from
`nasbench301/representations.py`: the operation of an edge is under `edge_normal_E`, where
edges are counted over the steps and, within a step, over its possible inputs; the inputs of
each step but the first are under `inputs_node_normal_N` as `A_B`.
"""

import json
from collections.abc import Iterator
from typing import Any

from gennape.benchmarks.canonical import MeasuredValue
from gennape.benchmarks.formats.benchmark_format import (
    BenchmarkFormat,
    RawRecord,
    SkipEntry,
    number,
    percent,
)
from gennape.benchmarks.formats.source import Source
from gennape.spaces import NASBench301

_PREFIX = "NetworkSelectorDatasetInfo:darts:"
_FIRST_NODE = 2
_SIZE = {"layers": 8, "init_channels": 32}


def _read(source: Source) -> Iterator[RawRecord]:
    for file in source.files("results_*.json"):
        yield RawRecord(file, file.content())


def _measurements(text: bytes, file: str) -> list[MeasuredValue]:
    run = json.loads(text)
    last = run["info"][0]
    accuracies = {
        "train": last["train_accuracy"],
        "validation": last["val_accuracy"],
        "test": run["test_accuracy"],
    }
    return [
        MeasuredValue(
            family=NASBench301.name,
            architecture=_line(run["optimized_hyperparamater_config"]),
            dataset="cifar10",
            split=split,
            metric="accuracy",
            value=percent(accuracy),
            epochs=int(last["epochs"]),
            seconds=number(run["runtime"]),
            parameters=int(last["model_parameters"]),
        )
        for split, accuracy in accuracies.items()
    ]


def _line(config: dict[str, Any]) -> str:
    if any(config[_PREFIX + name] != value for name, value in _SIZE.items()):
        raise SkipEntry("is a network of other layers or channels than the benchmark's")
    space = NASBench301()
    return space.format(space.from_genotype(_edges(config, "normal"), _edges(config, "reduce")))


def _edges(config: dict[str, Any], cell: str) -> list[tuple[str, int]]:
    edges = []
    before = 0
    for node in range(_FIRST_NODE, _FIRST_NODE + 4):
        inputs = config.get(f"{_PREFIX}inputs_node_{cell}_{node}", "0_1")
        for source in map(int, inputs.split("_")):
            edges.append((config[f"{_PREFIX}edge_{cell}_{before + source}"], source))
        before += node
    return edges


NASBENCH301 = BenchmarkFormat(
    name="nasbench301",
    files="the folder or archive of results_*.json",
    summary="NAS-Bench-301: the trained DARTS networks behind the surrogate, on CIFAR-10",
    origin=(
        "the data set v1.0 at https://figshare.com/articles/dataset/"
        "NAS-Bench-301_Dataset_v1_0/13246952"
    ),
    read=_read,
    measurements=_measurements,
)
