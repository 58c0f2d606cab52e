"""The GENNAPE authors' own data: caches of computation graphs and labelled JSON files.

Layout as read by `model_src/predictor/gpi_family_data_manager.py` of
github.com/Ascend-Research/GENNAPE. `gpi_FAMILY_comp_graph_cache.pkl` is a pickled list of
entries with an accuracy from 0 to 1 under `acc` and the architecture under `original config`.
`gpi_test_FAMILY_DATASET_labelled_cg_data.json` (HiAML, Two-Path) and
`inception_DATASET_labelled_cg_data.json` have an entry for each network, with its accuracy
in percent under `max_perf`; the readers say nothing of its architecture but the graph, so
that the entry's key stands for it. Graphs are not imported. Parameters and FLOPs are not
either, since their unit is not stated.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from gennape.benchmarks.canonical import MeasuredValue
from gennape.benchmarks.formats.benchmark_format import (
    BenchmarkFormat,
    RawRecord,
    SkipEntry,
    number,
    percent,
)
from gennape.benchmarks.formats.gennape_networks import GENOTYPE, CachedNetwork, read_network
from gennape.benchmarks.formats.json_elements import JsonElement, read_elements
from gennape.benchmarks.formats.pickle_files import open_pickle
from gennape.benchmarks.formats.source import Source

_GRAPH = "model_src.comp_graph.tf_comp_graph."
_CLASSES = (_GRAPH + "ComputeGraph", _GRAPH + "RegularNode", _GRAPH + "WeightedNode", GENOTYPE)
_ENTRY = frozenset({"acc", "compute graph", "original config"})
_CACHE = re.compile(r"(?:gpi|demo)_(\w+)_comp_graph_cache\.pkl")
_LABELLED = re.compile(r"(?:gpi_test_)?(\w+)_(cifar10)_labelled_cg_data\.json")
_UNSTATED = "unstated"


def _read(source: Source) -> Iterator[RawRecord]:
    for file in source.files("*_comp_graph_cache.pkl", "*_labelled_cg_data.json"):
        if file.name.endswith(".json"):
            for element in read_elements(file.stream):
                yield RawRecord(file, element)
            continue
        for entry in open_pickle(file, _CLASSES).records(_ENTRY):
            yield RawRecord(file, entry)
            entry.clear()


def _measurements(entry: JsonElement | dict[str, Any], file: str) -> list[MeasuredValue]:
    name = PurePosixPath(file).name
    if isinstance(entry, JsonElement):
        network, accuracy = _labelled(entry, name), number(entry.value["max_perf"])
    else:
        network, accuracy = _cached(entry, name), 100 * number(entry["acc"])
    return [MeasuredValue(*network, _UNSTATED, "accuracy", percent(accuracy))]


def _labelled(entry: JsonElement, file: str) -> CachedNetwork:
    match = _LABELLED.fullmatch(file)
    if not match or entry.key is None:
        raise SkipEntry("is in a file whose name says no family")
    family, dataset = match.groups()
    return CachedNetwork(f"gennape_{family}", entry.key, dataset)


def _cached(entry: dict[str, Any], file: str) -> CachedNetwork:
    match = _CACHE.fullmatch(file)
    return read_network(match[1] if match else "", entry["original config"])


GENNAPE = BenchmarkFormat(
    name="gennape",
    files="the folder or archive CG_data, or one of its files",
    summary="the GENNAPE authors' labels of seven families, without their graphs",
    origin=(
        "CG_data.zip, linked at https://github.com/Ascend-Research/GENNAPE, which states neither "
        "size nor checksum"
    ),
    read=_read,
    measurements=_measurements,
)
