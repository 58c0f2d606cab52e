"""Accel-NASBench: trained networks of the MnasNet space, `result_*.json`.

Layout as read by `ConfigLoader` in `utils.py` of github.com/afzalxo/Accel-NASBench, and the
names of the configuration from its `configurationspaces`: expansion, kernel, layers and
squeeze-and-excitation of seven blocks under `block0_e`, `block0_k`, `block0_l`, `block0_se`.
Throughput (images a second) and latency on a device are the means that the file states.
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
from gennape.spaces import MnasNet
from gennape.spaces.mnasnet import MnasNetArchitecture, MnasNetStage

_ACCURACIES = {"accuracy": "val_top1", "top-5 accuracy": "val_top5"}
_BLOCKS = 7
_TRUTH = {True: True, False: False, "True": True, "False": False}


def _read(source: Source) -> Iterator[RawRecord]:
    for file in source.files("result_*.json"):
        yield RawRecord(file, file.content())


def _measurements(text: bytes, file: str) -> list[MeasuredValue]:
    run = json.loads(text)
    line = _line(run["architecture"])
    # Some trainings are timed backwards; the authors' own scripts take the absolute value.
    seconds = abs(number(run["metrics"]["train_time"]))
    accuracies = [
        MeasuredValue(
            family=MnasNet.name,
            architecture=line,
            dataset="imagenet",
            split="validation",
            metric=metric,
            value=percent(run["metrics"][field]),
            seconds=seconds,
        )
        for metric, field in _ACCURACIES.items()
    ]
    return accuracies + _on_devices(run["platform_perf"], line)


def _on_devices(performance: dict[str, Any], line: str) -> list[MeasuredValue]:
    rows = []
    for name, measured in performance.items():
        metric, _, device = name.partition("_")
        value = number(measured[f"{metric}_mean"])
        rows.append(MeasuredValue(MnasNet.name, line, device, "inference", metric, value))
    return rows


def _line(config: dict[str, Any]) -> str:
    stages = []
    for block in range(_BLOCKS):
        kernel, expansion, layers = (int(config[f"block{block}_{field}"]) for field in "kel")
        squeeze = config[f"block{block}_se"]
        if squeeze not in _TRUTH:
            raise SkipEntry("holds something else where true or false belongs")
        stages.append(MnasNetStage(kernel, expansion, layers, _TRUTH[squeeze]))
    return MnasNet().format(MnasNetArchitecture(tuple(stages)))


ACCEL_NASBENCH = BenchmarkFormat(
    name="accel-nasbench",
    files="anb_dataset_jsons.tar.gz or its folder of result_*.json",
    summary="Accel-NASBench: MnasNet networks on ImageNet, short training; six devices",
    origin="anb_dataset in https://github.com/afzalxo/Accel-NASBench (about 1.2 MB)",
    read=_read,
    measurements=_measurements,
)
