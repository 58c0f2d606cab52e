"""Files read in other processes, so that one that takes its process down harms no other."""

import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from typing import NamedTuple

from gennape.graph import ComputationGraph, GraphBatch
from gennape.utils.errors import one_line
from gennape.utils.isolated import run_isolated
from gennape.utils.processes import processors

SECONDS_PER_FILE = 300
"""After so long the reading of a file is given up; networks of 100,000 nodes take a tenth of it."""
_FILES_PER_PROCESS = 8
"""Reading so many takes about as long as the start of a process."""


class FileOutcome(NamedTuple):
    """What came of reading a network.

    Attributes:
        place: Of the network in the list.
        graph: The network, or None.
        error: Why there is none, in one sentence.
    """

    place: int
    graph: ComputationGraph | None
    error: str = ""


class _Answer(NamedTuple):
    """What another process says of a file; the network as a batch of one."""

    batch: GraphBatch | None
    error: str
    warnings: list[str]


def read_in_processes(
    read: Callable[[str], ComputationGraph],
    files: Sequence[str],
    workers: int | None = None,
    seconds: float = SECONDS_PER_FILE,
) -> Generator[FileOutcome, None, None]:
    """Read files in other processes.

    Args:
        read: Reads one.
        files: Their paths.
        workers: How many processes; unless given one for each eight files, at most one a
            processor.
        seconds: Limit of one file.

    Yields:
        One outcome for each file, as they come.
    """
    if workers is None:
        workers = max(1, min(processors(), -(-len(files) // _FILES_PER_PROCESS)))
    results = run_isolated(partial(_answer, read), files, processes=workers, seconds=seconds)
    with closing(results):
        for result in results:
            answer: _Answer | None = result.value
            if answer is None:
                name, reason = files[result.item], result.error
                error = f"{name} was given up, since {reason}; export it again, or make it smaller"
                yield FileOutcome(result.item, None, error)
                continue
            for text in answer.warnings:
                warnings.warn(text, stacklevel=2)
            graph = None if answer.batch is None else answer.batch.graph(0)  # validated again
            yield FileOutcome(result.item, graph, answer.error)


def _answer(read: Callable[[str], ComputationGraph], file: str) -> _Answer:
    """Read a file in another process."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            batch, error = GraphBatch.of([read(file)]), ""
        except Exception as problem:
            batch, error = None, one_line(problem)
    return _Answer(batch, error, [str(one.message) for one in caught])
