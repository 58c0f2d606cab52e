"""NAS-Bench-101: `nasbench_full.tfrecord` and `nasbench_only108.tfrecord`.

Layout as read by `nasbench/api.py` and `nasbench/lib/model_metrics.proto` of
github.com/google-research/nasbench: each record is the JSON list of module hash, epochs,
adjacency matrix (its 0s and 1s row by row), operations (joined by commas) and metrics (a
protobuf message `ModelMetrics` in base 64) of one training run. The message has an
evaluation before, in the middle and at the end of the training; the last one is imported.
"""

import json
from base64 import b64decode
from collections.abc import Iterator
from functools import lru_cache
from math import isqrt
from typing import Any, NamedTuple

from gennape.benchmarks.canonical import Measurement
from gennape.benchmarks.official.broken import Broken, number, percent
from gennape.benchmarks.official.kind import Entry, Kind
from gennape.benchmarks.official.protobuf import read_fields
from gennape.benchmarks.official.source import Source
from gennape.benchmarks.official.tfrecord import read_records
from gennape.spaces import NASBench101

_EVALUATIONS, _PARAMETERS = 1, 2
_SECONDS = 2
_ACCURACIES = {3: "train", 4: "validation", 5: "test"}
_EVALUATIONS_OF_A_RUN = 3
_CELLS = 423_624


class _Metrics(NamedTuple):
    """A `ModelMetrics` message: the fields of each evaluation, and the parameters."""

    evaluations: list[dict[int, Any]]
    parameters: int


def _read(source: Source) -> Iterator[Entry]:
    for member in source.members("*.tfrecord"):
        for record in read_records(member.stream):
            yield Entry(member, record)


def _measurements(record: bytes, file: str) -> list[Measurement]:
    _, epochs, adjacency, operations, metrics = json.loads(record)
    evaluations, parameters = _decode(b64decode(metrics, validate=True))
    if len(evaluations) != _EVALUATIONS_OF_A_RUN:
        raise Broken("has not three evaluations")
    last = evaluations[-1]
    return [
        Measurement(
            family="nasbench101",
            architecture=_line(adjacency, operations),
            dataset="cifar10",
            split=split,
            metric="accuracy",
            value=percent(100 * number(last[field])),
            epochs=int(epochs),
            seconds=number(last[_SECONDS]),
            parameters=parameters,
        )
        for field, split in _ACCURACIES.items()
    ]


@lru_cache(maxsize=_CELLS)  # a cell has twelve runs
def _line(adjacency: str, operations: str) -> str:
    size = isqrt(len(adjacency))
    rows = [list(map(int, adjacency[at : at + size])) for at in range(0, len(adjacency), size)]
    space = NASBench101()
    return space.format(space.from_cell(rows, operations.split(",")))


def _decode(message: bytes) -> _Metrics:
    evaluations: list[dict[int, Any]] = []
    parameters = 0
    for number_, value in read_fields(message):
        if number_ == _EVALUATIONS and isinstance(value, bytes):
            evaluations.append(dict(read_fields(value)))
        elif number_ == _PARAMETERS:
            parameters = int(value)
    return _Metrics(evaluations, parameters)


NASBENCH101 = Kind(
    name="nasbench101",
    files="nasbench_only108.tfrecord, nasbench_full.tfrecord",
    summary="NAS-Bench-101: CIFAR-10 accuracies of three runs of each cell",
    origin=(
        "links at https://github.com/google-research/nasbench; only108 has about 499 MB, full "
        "about 1.95 GB"
    ),
    read=_read,
    measurements=_measurements,
    published={
        "nasbench_only108.tfrecord": (
            "4c39c3936e36a85269881d659e44e61a245babcb72cb374eacacf75d0e5f4fd1"
        ),
        "nasbench_full.tfrecord": (
            "3d64db8180fb1b0207212f9032205064312b6907a3bbc81eabea10db2f5c7e9c"
        ),
    },
)
