"""Multiply-accumulates and parameters of some 400 networks beside an independent count.

Modules are counted by PyTorch's `FlopCounterMode`, attention by its plain formula, on tensors
without numbers; where a network needs numbers, with random weights on zeros. ONNX files are run by
onnxruntime, whose profile tells all shapes. Each network has a process of its own, and its row is
kept in RUNS: a killed run goes on when the script is started again.

Run: python benchmarks/independent_counts.py RUNS FOLDER > docs/results/independent-counts.md
FOLDER holds the unpacked wheels of rapidocr-onnxruntime, silero-vad, nudenet, magika, ddddocr.
"""

import argparse
import json
import multiprocessing
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

from counted_networks import ONNX_VALUES, names, onnx_files, prepared
from counted_table import Row, page
from onnx_counter import count_onnx
from pytorch_counter import count_pytorch

from gennape import graph_of
from gennape.frontends.inputs import TensorSpec

AnyRow = TypeVar("AnyRow", bound=Any)

LIMIT = 900
"""Seconds that one network may take."""


def count_module(name: str) -> Row:
    """Read a module, and count it independently."""
    network = prepared(name)
    row = read(name, network.module, network.inputs)
    row.counted_parameters = sum(p.numel() for p in network.module.parameters())
    row.counted_macs, row.stopped = count_pytorch(name, network)
    return row


def count_file(name: str, path: Path, inputs: Mapping[str, str]) -> Row:
    """Read an ONNX file, and count it independently."""
    row = read(name, path, inputs or None)
    sizes = {key: TensorSpec.parse(text).shape for key, text in inputs.items()}
    row.counted_macs, row.counted_parameters = count_onnx(path, sizes | ONNX_VALUES)
    return row


def read(name: str, network: Any, inputs: Any) -> Row:
    """Read a network as a graph."""
    row, start = Row(name), perf_counter()
    try:
        with warnings.catch_warnings(record=True) as announced:
            warnings.simplefilter("always")
            graph = graph_of(network, inputs=inputs)
    except Exception as error:
        row.refused = f"{type(error).__name__}: {error}"
        return row
    row.seconds = perf_counter() - start
    row.macs, row.parameters, row.complete = graph.macs, graph.parameters, graph.complete
    row.warned = " ".join(str(w.message) for w in announced if "counted up to" in str(w.message))
    return row


def in_process(work: Callable[[], AnyRow], otherwise: AnyRow) -> AnyRow:
    """Do the work for one network in a process of its own, within LIMIT.

    Args:
        work: Gives the row.
        otherwise: The row of a network that is not counted, to which the reason is added.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=lambda: sender.send(work()))
    process.start()
    sender.close()
    try:
        if receiver.poll(LIMIT):
            row: AnyRow = receiver.recv()
            return row
        otherwise.refused = f"not counted within {LIMIT} seconds"
    except EOFError:
        otherwise.refused = "its process ended without a result"
    finally:
        process.kill()
        process.join()
    return otherwise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    works = {name: partial(count_module, name) for name in names()}
    for name, (path, inputs) in onnx_files(arguments.folder).items():
        works[name] = partial(count_file, name, path, inputs)
    lines = arguments.runs.read_text().splitlines() if arguments.runs.exists() else []
    rows = {row.name: row for row in (Row(**json.loads(line)) for line in lines)}
    with arguments.runs.open("a") as runs:
        for name, work in works.items():
            if name not in rows:
                rows[name] = in_process(work, Row(name))
                print(json.dumps(asdict(rows[name])), file=runs, flush=True)
    for line in page([rows[name] for name in works]):
        print(line)


if __name__ == "__main__":
    main()
