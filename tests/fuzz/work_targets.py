"""Folders in which work goes on, lists of networks and images, to be mutated."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from fuzz import work_readers
from fuzz.archive_mutations import in_zip
from fuzz.harness import FuzzTarget
from fuzz.mutations import changed_json, damaged, rewritten
from fuzz.state_mutations import changed_state

_NAMES = """# networks to label
nasbench201:|nor_conv_3x3~0|+|nor_conv_1x1~0|none~1|+|avg_pool_3x3~0|none~1|skip_connect~2|
hiaml:a22-src0-t31-z  # of another family

two_path:c3+max@2-s5-r2k3@2/d3@2-c5+c1@2
"""
_IMAGES = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")


def _begun_labels(folder: Path) -> Iterator[Path]:
    work_readers.begin_labelling(folder / "begun", epochs=1)
    yield folder / "begun"


def _ended_labels(folder: Path) -> Iterator[Path]:
    work_readers.labelled(folder / "ended")
    yield folder / "ended"


def _searches(folder: Path) -> Iterator[Path]:
    work_readers.searched(folder / "search")
    _cut(folder / "search" / "journal.jsonl")
    yield folder / "search"


def _earlier_searches(folder: Path) -> Iterator[Path]:
    """Give a search that was begun before fingerprints had a version."""
    (whole,) = _searches(folder)
    journal = whole / "journal.jsonl"
    header, *batches = map(json.loads, journal.read_text().splitlines())
    del header["hash_version"]
    older = [[[text, key[:16], metrics] for text, key, metrics in one] for one in batches]
    journal.write_text("".join(json.dumps(line) + "\n" for line in (header, *older)))
    yield whole


def _guided(folder: Path) -> Iterator[Path]:
    work_readers.guided(folder / "guided")
    _cut(folder / "guided" / "labels" / "journal.jsonl")
    yield folder / "guided"


def _scores(folder: Path) -> Iterator[Path]:
    work_readers.scored(folder / "scores")
    _cut(folder / "scores" / "scores.jsonl")
    yield folder / "scores"


def _cut(journal: Path) -> None:
    """Leave the settings and half of the records."""
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[: 1 + len(lines) // 2]))


def _names(folder: Path) -> Iterator[Path]:
    path = folder / "networks.txt"
    path.write_text(_NAMES)
    yield path


def _given_names(folder: Path) -> Iterator[Path]:
    path = folder / "names.txt"
    path.write_text("\n".join(_NAMES.splitlines()[1:2]))
    yield path


def _images(folder: Path) -> Iterator[Path]:
    whole, random = folder / "images", np.random.default_rng(0)
    for place, kind in enumerate(_IMAGES):
        pixels = random.integers(255, size=(9, 8, 3), dtype=np.uint8)
        for part in ("train", "test"):
            path = whole / part / f"class{place % 2}" / f"{place}.{kind.lower()}"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(path, kind)
    yield whole


_READERS = work_readers.__name__
_LINES = (changed_json, changed_json, rewritten, damaged)

TARGETS = (
    FuzzTarget(
        "work, label run", f"{_READERS}:labelled_again", _begun_labels, (damaged,), (".pt",),
        is_slow=True,
    ),
    FuzzTarget(
        "work, states of label runs", f"{_READERS}:labelled_from", _begun_labels,
        (changed_state, in_zip(damaged)), (".pt",), is_slow=True,
    ),
    FuzzTarget("work, label records", f"{_READERS}:labelled", _ended_labels, _LINES, (".json",)),
    FuzzTarget("work, search", f"{_READERS}:searched", _searches, _LINES, (".jsonl",)),
    FuzzTarget(
        "work, earlier search", f"{_READERS}:searched", _earlier_searches, _LINES, (".jsonl",)
    ),
    FuzzTarget("work, guided search", f"{_READERS}:guided", _guided, _LINES, (".jsonl",)),
    FuzzTarget("work, scores of proxies", f"{_READERS}:scored", _scores, _LINES, (".jsonl",)),
    FuzzTarget(
        "list of networks", f"{_READERS}:network_file", _names, (rewritten, rewritten, damaged)
    ),
    FuzzTarget("names given", f"{_READERS}:names_given", _given_names, (rewritten, damaged)),
    FuzzTarget("folder of images", f"{_READERS}:image_folder", _images, (damaged,)),
)  # fmt: skip
