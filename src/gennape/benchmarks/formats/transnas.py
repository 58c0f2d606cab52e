"""TransNAS-Bench-101: `transnas-bench_v10141024.pth`.

Layout as read by `api/api.py` of github.com/yawen-d/TransNASBench: under `data`, search
spaces (`macro`, `micro`), architectures and tasks; a task has `total_epochs` and, under
`metrics`, the values of every epoch. The last epoch is imported, of all metrics but losses,
where lower is better; `neg_loss` is kept. Accuracies are in percent there, as tables made of
it show (45.6 for the best micro network on `class_object`), other metrics in its own units.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from gennape.benchmarks.canonical import MeasuredValue
from gennape.benchmarks.formats.benchmark_format import BenchmarkFormat, RawRecord, number, percent
from gennape.benchmarks.formats.pickle_files import open_pickle
from gennape.benchmarks.formats.plain_pickle import PickleError
from gennape.benchmarks.formats.source import Source

_TASK = frozenset({"metrics", "total_epochs"})
_SPLITS = {"train": "train", "valid": "validation", "test": "test"}
_ACCURACIES = {"top1": "accuracy", "top5": "top-5 accuracy"}


class _Result(NamedTuple):
    """The values of one architecture in one task."""

    space: str
    architecture: str
    task: str
    values: dict[str, Any]


def _read(source: Source) -> Iterator[RawRecord]:
    for file in source.files("*.pth"):
        pickle = open_pickle(file)
        for task in pickle.records(_TASK):
            last = {name: values[-1:] for name, values in task["metrics"].items()}
            epochs = task["total_epochs"]
            task.clear()
            task.update(metrics=last, total_epochs=epochs)
        content = pickle.value
        if not isinstance(content, dict) or "data" not in content:
            raise PickleError(f"{file.name} has no entry `data`")
        for space, architectures in content["data"].items():
            for architecture, tasks in architectures.items():
                for task, values in tasks.items():
                    yield RawRecord(file, _Result(space, architecture, task, values))


def _measurements(result: _Result, file: str) -> list[MeasuredValue]:
    rows = []
    for name, values in result.values["metrics"].items():
        split, _, metric = name.partition("_")
        if split in _SPLITS and (metric == "neg_loss" or not metric.endswith("loss")):
            rows.append(
                MeasuredValue(
                    family=f"transnas_{result.space}",
                    architecture=result.architecture,
                    dataset=result.task,
                    split=_SPLITS[split],
                    metric=_ACCURACIES.get(metric, metric),
                    value=(percent if metric in _ACCURACIES else number)(values[-1]),
                    epochs=int(result.values["total_epochs"]),
                )
            )
    return rows


TRANSNAS = BenchmarkFormat(
    name="transnas",
    files="transnas-bench_v10141024.pth",
    summary="TransNAS-Bench-101: micro and macro networks on seven vision tasks",
    origin=(
        "links at https://github.com/yawen-d/TransNASBench, which states neither size nor checksum"
    ),
    read=_read,
    measurements=_measurements,
)
