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
from functools import cache, lru_cache
from math import isqrt
from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from gennape.benchmarks.canonical import MeasuredValue
from gennape.benchmarks.formats.benchmark_format import (
    BenchmarkFormat,
    RawRecord,
    SkipEntry,
    number,
    percent,
)
from gennape.benchmarks.formats.source import Source
from gennape.benchmarks.formats.tfrecord import read_records
from gennape.spaces import NASBench101

_EVALUATION_FIELDS = (
    "current_epoch",
    "training_time",
    "train_accuracy",
    "validation_accuracy",
    "test_accuracy",
)
_ACCURACIES = {
    "train_accuracy": "train",
    "validation_accuracy": "validation",
    "test_accuracy": "test",
}
_EVALUATIONS_OF_A_RUN = 3
_CELLS = 423_624


@cache
def _model_metrics() -> Any:
    """Make the class of the messages, with the fields that are read of them."""
    file = FileDescriptorProto(name="model_metrics.proto", package="nasbench")
    evaluation = file.message_type.add(name="EvaluationData")
    for number_, name in enumerate(_EVALUATION_FIELDS, 1):
        evaluation.field.add(name=name, number=number_, type=FieldDescriptorProto.TYPE_DOUBLE)
    metrics = file.message_type.add(name="ModelMetrics")
    metrics.field.add(
        name="evaluation_data",
        number=1,
        type=FieldDescriptorProto.TYPE_MESSAGE,
        type_name=".nasbench.EvaluationData",
        label=FieldDescriptorProto.LABEL_REPEATED,
    )
    metrics.field.add(name="trainable_parameters", number=2, type=FieldDescriptorProto.TYPE_INT64)
    pool = DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("nasbench.ModelMetrics"))


def _read(source: Source) -> Iterator[RawRecord]:
    for file in source.files("*.tfrecord"):
        for record in read_records(file.stream):
            yield RawRecord(file, record)


def _measurements(record: bytes, file: str) -> list[MeasuredValue]:
    _, epochs, adjacency, operations, metrics = json.loads(record)
    run = _decode(b64decode(metrics, validate=True))
    last = run.evaluation_data[-1]
    return [
        MeasuredValue(
            family="nasbench101",
            architecture=_line(adjacency, operations),
            dataset="cifar10",
            split=split,
            metric="accuracy",
            value=percent(100 * getattr(last, field)),
            epochs=int(epochs),
            seconds=number(last.training_time),
            parameters=run.trainable_parameters,
        )
        for field, split in _ACCURACIES.items()
    ]


@lru_cache(maxsize=_CELLS)  # a cell has twelve runs
def _line(adjacency: str, operations: str) -> str:
    size = isqrt(len(adjacency))
    rows = [list(map(int, adjacency[at : at + size])) for at in range(0, len(adjacency), size)]
    space = NASBench101()
    return space.format(space.from_cell(rows, operations.split(",")))


def _decode(message: bytes) -> Any:
    """Decode a `ModelMetrics` whose last evaluation is whole."""
    try:
        run = _model_metrics().FromString(message)
    except DecodeError as error:
        raise SkipEntry("has metrics that are damaged or cut") from error
    if len(run.evaluation_data) != _EVALUATIONS_OF_A_RUN:
        raise SkipEntry("has not three evaluations")
    for name in ("training_time", *_ACCURACIES):
        if not run.evaluation_data[-1].HasField(name):
            raise SkipEntry(f"lacks {name}")
    return run


NASBENCH101 = BenchmarkFormat(
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
