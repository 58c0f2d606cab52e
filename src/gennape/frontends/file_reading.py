"""Files of networks read in other processes, where one harms no other."""

import logging
import traceback
import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from typing import NamedTuple

from gennape.frontends.errors import FrontendError
from gennape.graph import ComputationGraph, GraphBatch
from gennape.utils.errors import one_line
from gennape.utils.isolated import run_isolated
from gennape.utils.processes import can_start, processors

_LOG = logging.getLogger(__name__)
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
    """What a reader says of a file."""

    graph: ComputationGraph | None
    error: str
    warnings: list[str]
    cause: str = ""


def read_files(
    read: Callable[[str], ComputationGraph],
    files: Sequence[str],
    *,
    workers: int | None = None,
    seconds: float = SECONDS_PER_FILE,
) -> Generator[FileOutcome, None, None]:
    """Read files.

    Args:
        read: Reads one.
        files: Their paths.
        workers: How many processes read; unless given one for each eight files, at most one a
            processor, and none for one file alone.
        seconds: Limit of one file in another process.

    Yields:
        One outcome for each file, as they come.

    Raises:
        FrontendError: There are to be fewer workers than one.
    """
    if workers is not None and workers < 1:
        raise FrontendError(f"{workers} workers cannot read files; give 1 or more")
    is_alone = len(files) == 1 and workers is None  # a process would take longer than the file
    if is_alone or not can_start():
        answers = _answers_here(read, files)
    else:
        answers = _answers(read, files, workers, seconds)
    with closing(answers):
        for place, answer in answers:
            if answer.cause:
                _LOG.debug("%s", answer.cause)
            for text in answer.warnings:
                warnings.warn(text, stacklevel=2)
            yield FileOutcome(place, answer.graph, answer.error)


def _answers_here(
    read: Callable[[str], ComputationGraph], files: Sequence[str]
) -> Generator[tuple[int, _Answer], None, None]:
    """Read files in this process."""
    for place, file in enumerate(files):
        yield place, _answer(read, file)


def _answers(
    read: Callable[[str], ComputationGraph],
    files: Sequence[str],
    workers: int | None,
    seconds: float,
) -> Generator[tuple[int, _Answer], None, None]:
    """Read files in other processes."""
    if workers is None:
        workers = max(1, min(processors(), -(-len(files) // _FILES_PER_PROCESS)))
    results = run_isolated(partial(_packed, read), files, processes=workers, seconds=seconds)
    with closing(results):
        for result in results:
            if result.error:
                name, reason = files[result.item], result.error
                error = f"{name} was given up, since {reason}; export it again, or make it smaller"
                yield result.item, _Answer(None, error, [])
            else:
                batch, answer = result.value
                graph = None if batch is None else batch.graph(0)  # validated, and read-only
                yield result.item, answer._replace(graph=graph)


def _packed(
    read: Callable[[str], ComputationGraph], file: str
) -> tuple[GraphBatch | None, _Answer]:
    """Read a file in another process, which sends the network as a batch of one."""
    answer = _answer(read, file)
    batch = None if answer.graph is None else GraphBatch.of([answer.graph])
    return batch, answer._replace(graph=None)


def _answer(read: Callable[[str], ComputationGraph], file: str) -> _Answer:
    """Read a file, and note what is wrong with it."""
    graph, error, cause = None, "", ""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            graph = read(file)
        except Exception as problem:  # whatever is wrong with one file must not harm the others
            error, cause = one_line(problem), "".join(traceback.format_exception(problem))
    return _Answer(graph, error, [str(one.message) for one in caught], cause)
