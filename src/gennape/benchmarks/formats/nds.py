"""Network Design Spaces: sweeps of trained networks, `DARTS.json`, `ResNet_in.json` and others.

Layout as read by the notebooks of github.com/facebookresearch/nds and by
`nni/nas/benchmark/nds/db_gen.py` of github.com/microsoft/nni: a sweep is a list of jobs, or
an object of the lists `top` and `mid`; a job has its network under `net` and the errors in
percent of all epochs under `train_ep_top1` and `test_ep_top1`. Names that end in `_in` are
of ImageNet, others of CIFAR-10. The last epoch is imported. Each sweep is a family of its
own, since its networks have another compute_graph, or its trainings other rates, than the rest.
"""

import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from gennape.benchmarks.canonical import MeasuredValue
from gennape.benchmarks.formats.benchmark_format import BenchmarkFormat, RawRecord, number, percent
from gennape.benchmarks.formats.json_elements import read_elements
from gennape.benchmarks.formats.source import Source

_ON_IMAGENET = "_in"
_ERRORS = {"train": "train_ep_top1", "test": "test_ep_top1"}


def _read(source: Source) -> Iterator[RawRecord]:
    for file in source.files("*.json"):
        for element in read_elements(file.stream):
            yield RawRecord(file, element.value)


def _measurements(job: dict[str, Any], file: str) -> list[MeasuredValue]:
    sweep = PurePosixPath(file).stem
    return [
        MeasuredValue(
            family=f"nds_{sweep.removesuffix(_ON_IMAGENET).lower()}",
            architecture=json.dumps(job["net"], sort_keys=True, separators=(",", ":")),
            dataset="imagenet" if sweep.endswith(_ON_IMAGENET) else "cifar10",
            split=split,
            metric="accuracy",
            value=percent(100 - number(job[errors][-1])),
            epochs=len(job[errors]),
            seed=int(job["rng_seed"]),
            macs=int(job["flops"]),
            parameters=int(job["params"]),
        )
        for split, errors in _ERRORS.items()
    ]


NDS = BenchmarkFormat(
    name="nds",
    files="data.zip (nds_data.zip), its folder or one of its sweeps",
    summary="Network Design Spaces: sweeps of NAS cells and ResNets, CIFAR-10 and ImageNet",
    origin=(
        "https://dl.fbaipublicfiles.com/nds/data.zip, see "
        "https://github.com/facebookresearch/nds, which states neither size nor checksum"
    ),
    read=_read,
    measurements=_measurements,
)
