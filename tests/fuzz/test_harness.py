"""What readers do is seen: each outcome by a reader that causes it."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from fuzz import harness, odd_readers
from fuzz.file_targets import TARGETS
from fuzz.harness import FuzzPool, FuzzTarget, write_mutant
from fuzz.outcomes import Outcome

WORDS = {
    "read": Outcome.READ,
    "refuse": Outcome.CLEAN_ERROR,
    "refuse without a name": Outcome.UNCLEAR_ERROR,
    "raise": Outcome.TRACEBACK,
    "exit": Outcome.TRACEBACK,
    "loop": Outcome.HANG,
    "wait": Outcome.HANG,
    "fill": Outcome.MEMORY,
    "fill and refuse": Outcome.MEMORY,
    "abort": Outcome.ABORT,
    "divide": Outcome.NON_FINITE,
    "write": Outcome.TOUCHED,
    "look": Outcome.TOUCHED,
    "delete": Outcome.TOUCHED,
    "import": Outcome.EXECUTED,
    "call": Outcome.EXECUTED,
    "start": Outcome.EXECUTED,
    "evaluate": Outcome.EXECUTED,
    "link": Outcome.EXECUTED,
}


@pytest.fixture(scope="module")
def pool() -> Iterator[FuzzPool]:
    with pytest.MonkeyPatch.context() as patch, FuzzPool() as pool:
        patch.setattr(harness, "SECONDS", 1)
        patch.setattr(harness, "_WAIT", 15)
        yield pool


@pytest.mark.parametrize("word", WORDS)
def test_each_outcome_is_seen(word: str, pool: FuzzPool) -> None:
    def seeds(folder: Path) -> Iterator[Path]:
        (folder / "order.txt").write_text("read")
        yield folder / "order.txt"

    reader = f"{odd_readers.__name__}:{odd_readers.obey.__name__}"
    target = FuzzTarget(f"odd {word}", reader, seeds, (lambda data, random: word.encode(),))
    (trial,) = pool.run(target, [0])
    assert trial.outcome is WORDS[word], trial.detail
    assert trial.is_right == (word in ("read", "refuse"))
    assert trial.seed == "order.txt"


def test_a_mutant_is_the_same_in_every_run(tmp_path: Path) -> None:
    (target,) = (target for target in TARGETS if target.name == "import nds")
    (tmp_path / "seeds").mkdir()
    seed = next(iter(target.write_seeds(tmp_path / "seeds")))
    mutants = [
        write_mutant(target, seed, tmp_path / name, Random(number)).read_bytes()
        for name, number in (("first", 7), ("again", 7), ("other", 8))
    ]
    assert mutants[0] == mutants[1]
    assert mutants[0] != mutants[2]
    assert mutants[0] != seed.read_bytes()


def test_one_file_of_a_folder_is_changed(tmp_path: Path) -> None:
    seed = tmp_path / "seed"
    (seed / "inner").mkdir(parents=True)
    for name in ("a.json", "b.json", "inner/c.txt"):
        (seed / name).write_text("1")
    target = FuzzTarget("a", "a:b", lambda folder: [], (lambda data, random: b"2",), (".json",))
    changed = set()
    for number in range(20):
        path = write_mutant(target, seed, tmp_path / str(number), Random(number))
        files = {file.relative_to(path): file.read_text() for file in path.rglob("*.*")}
        (name,) = (name for name, text in files.items() if text == "2")
        changed.add(str(name))
        assert len(files) == 3
    assert changed == {"a.json", "b.json"}


def test_mutants_that_are_not_read_right_are_kept(tmp_path: Path) -> None:
    def seeds(folder: Path) -> Iterator[Path]:
        (folder / "order.txt").write_text("read")
        yield folder / "order.txt"

    reader = f"{odd_readers.__name__}:{odd_readers.obey.__name__}"
    target = FuzzTarget("odd", reader, seeds, (lambda data, random: b"raise",))
    with FuzzPool(keep=tmp_path) as pool:
        assert [trial.outcome for trial in pool.run(target, [4])] == [Outcome.TRACEBACK]
    assert (tmp_path / "traceback" / "odd-4" / "order.txt").read_bytes() == b"raise"
