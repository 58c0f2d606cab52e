"""NAS-Bench-201 and NATS-Bench: training runs as the attributes of `ResultsCount`.

Layout as read by `nas_201_api/api_201.py` and `api_utils.py` of github.com/D-X-Y/NAS-Bench-201
and by `nats_bench/api_topology.py`, `api_size.py` and `api_utils.py` of
github.com/D-X-Y/NATS-Bench, and as written by `exps/NATS-Bench/tss-collect.py` and
`sss-collect.py` of github.com/D-X-Y/AutoDL-Projects. The files nest architectures, kinds of
training and runs as dictionaries; each run names its own architecture, dataset, seed and
epochs, so it is read by itself, wherever in the file it is.
"""

from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Any

from gennape.benchmarks.canonical import MeasuredValue
from gennape.benchmarks.formats.benchmark_format import (
    BenchmarkFormat,
    RawRecord,
    SkipEntry,
    number,
    percent,
)
from gennape.benchmarks.formats.pickle_files import open_pickle
from gennape.benchmarks.formats.source import Source
from gennape.spaces import NASBench201

_RUN = frozenset({"arch_config", "epochs", "eval_acc1es", "name", "seed", "train_acc1es"})
_SPLITS = {"x-valid": "validation", "x-test": "test"}
_ALL_HELD_OUT = "ori-test"
_WITHOUT_VALIDATION_IN_TEST = ("cifar10", "cifar10-valid")
_TOPOLOGY, _SIZE = "nasbench201", "nats_sss"
_MILLION = 1e6
_CELLS = 15_625


def _read(source: Source) -> Iterator[RawRecord]:
    for file in source.files("[0-9]*.pickle.pbz2", "[0-9]*.pth"):
        pickle = open_pickle(file)
        try:
            for run in pickle.records(_RUN):
                yield RawRecord(file, run)
                run.clear()
        except Exception as error:  # whatever is wrong with one of many files
            if not source.holds_many:
                raise
            yield RawRecord(file, error)


def _measurements(run: dict[str, Any], file: str, family: str) -> list[MeasuredValue]:
    last = run["epochs"] - 1
    accuracies = {"train": run["train_acc1es"][last]}
    for key, accuracy in run["eval_acc1es"].items():
        name, _, epoch = key.partition("@")
        if int(epoch) == last:
            accuracies[_split(name, run["name"])] = accuracy
    return [
        MeasuredValue(
            family=family,
            architecture=_architecture(run["arch_config"], family),
            dataset=run["name"],
            split=split,
            metric="accuracy",
            value=percent(accuracy),
            epochs=run["epochs"],
            seed=int(run["seed"]),
            seconds=_seconds(run.get("train_times")),
            macs=round(number(run["flop"]) * _MILLION),
            parameters=round(number(run["params"]) * _MILLION),
        )
        for split, accuracy in accuracies.items()
    ]


def _split(name: str, dataset: str) -> str:
    """Name the split: CIFAR-10 has a test set of its own, others share it with validation."""
    if name == _ALL_HELD_OUT:
        return "test" if dataset in _WITHOUT_VALIDATION_IN_TEST else "validation+test"
    return _SPLITS[name]


def _architecture(config: dict[str, Any], family: str) -> str:
    if ("channels" in config) != (family == _SIZE):
        raise SkipEntry("belongs to the other search space of NATS-Bench")
    return str(config["channels"]) if family == _SIZE else _line(config["arch_str"])


@lru_cache(maxsize=_CELLS)
def _line(text: str) -> str:
    space = NASBench201()
    return space.format(space.parse(text))


def _seconds(times: Any) -> float | None:
    """Return the time of the whole training; runs of the first version have none."""
    return number(sum(times.values())) if times else None


NASBENCH201 = BenchmarkFormat(
    name="nasbench201",
    files="NAS-Bench-201-v1_0-e61699.pth, NAS-Bench-201-v1_1-096897.pth",
    summary="NAS-Bench-201: accuracies on CIFAR-10, CIFAR-100 and ImageNet16-120",
    origin=(
        "links at https://github.com/D-X-Y/NAS-Bench-201; v1_1 has about 4.7 GB, v1_0 about "
        "2.2 GB, and the end of each name is that of the file's checksum"
    ),
    read=_read,
    measurements=partial(_measurements, family=_TOPOLOGY),
)
NATS_TSS = BenchmarkFormat(
    name="nats-tss",
    files="NATS-tss-v1_0-3ffb9.pickle.pbz2, NATS-tss-v1_0-3ffb9-simple (folder or .tar)",
    summary="NATS-Bench, topology: the cells of NAS-Bench-201, trained again",
    origin=(
        "links at https://github.com/D-X-Y/NATS-Bench, which states no size; the end of the name "
        "is that of the file's MD5 checksum"
    ),
    read=_read,
    measurements=partial(_measurements, family=_TOPOLOGY),
)
NATS_SSS = BenchmarkFormat(
    name="nats-sss",
    files="NATS-sss-v1_0-50262.pickle.pbz2, NATS-sss-v1_0-50262-simple (folder or .tar)",
    summary="NATS-Bench, size: 32,768 choices of the channels of one cell",
    origin=NATS_TSS.origin,
    read=_read,
    measurements=partial(_measurements, family=_SIZE),
)
