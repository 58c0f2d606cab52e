"""Files of some kilobytes that stand for gigabytes: packed, shared, or made by calls."""

import bz2
import io
import json
import os
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gennape.benchmarks import BenchmarkError, import_official
from gennape.benchmarks.formats.growth import Growth
from gennape.benchmarks.formats.pickle_names import check_unfolded
from helpers import official_files as official
from helpers.limits import limits

RUN = official.results_count(official.NB201_CELLS[0], "cifar10", 777, 2, ["ori-test"], 50.0)
ZEROS = 32 << 20


def packed_bz2(folder: Path) -> tuple[str, Path]:
    """A pickle of one text of zero bytes again and again, 64 MiB in less than a kilobyte."""
    path = folder / "NATS-tss.pickle.pbz2"
    text = pickle.BINBYTES + ZEROS.to_bytes(4, "little") + bytes(ZEROS) + pickle.POP
    packer = bz2.BZ2Compressor()
    parts = [packer.compress(pickle.PROTO + b"\x04" + text) for _ in range(2)]
    path.write_bytes(b"".join(parts) + packer.flush())
    return "nats-tss", path


def packed_torch(folder: Path) -> tuple[str, Path]:
    path = folder / "transnas.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", b"\x80\x02" + b"N0" * (ZEROS // 2) + b"N.")
    return "transnas", path


def packed_tar(folder: Path) -> tuple[str, Path]:
    path = folder / "anb.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo("other.txt")
        entry.size = ZEROS
        archive.addfile(entry, io.BytesIO(bytes(ZEROS)))
    return "accel-nasbench", path


def packed_zip(folder: Path) -> tuple[str, Path]:
    path = folder / "data.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("DARTS.json", b"[" + b" " * ZEROS + b"]")
    return "nds", path


def packed_twice(folder: Path) -> tuple[str, Path]:
    """The files of an archive share what it may grow to."""
    path = folder / "NATS-tss.tar"
    member = bz2.compress(b"\x80\x04" + b"N0" * (1 << 20) + b"N.")
    with tarfile.open(path, "w") as archive:
        for number in range(9):
            entry = tarfile.TarInfo(f"{number}.pickle.pbz2")
            entry.size = len(member)
            archive.addfile(entry, io.BytesIO(member))
    return "nats-tss", path


def lzma_zip(folder: Path) -> tuple[str, Path]:
    path = folder / "nb301.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("results_0.json", json.dumps(official.nasbench301_run()))
    return "nasbench301", path


def doubled(levels: int = 34) -> list[object]:
    value: list[object] = ["x"]
    for _ in range(levels):
        value = [value, value]
    return value


def shared_lists(folder: Path) -> tuple[str, Path]:
    """An architecture of 2**34 texts."""
    return "gennape", official.write_gennape_cache(
        folder / "gpi_ofa_comp_graph_cache.pkl", [((224, [doubled()]), 0.5)]
    )


def shared_dictionaries(folder: Path) -> tuple[str, Path]:
    """A thousand spaces of the same thousand architectures of the same thousand tasks."""
    value: object = {"total_epochs": 1}
    for level in ("task", "architecture", "space"):
        value = {f"{level} {number}": value for number in range(1_000)}
    return "transnas", official.write_torch(folder / "transnas.pth", {"data": value})


def endless_list(folder: Path) -> tuple[str, Path]:
    endless: list[object] = []
    endless.append(endless)
    run = {**RUN, "train_times": endless}
    return "nasbench201", official.write_old_torch(folder / "a.pth", {"a": run})


def many_sets(folder: Path) -> tuple[str, Path]:
    """A byte of the file makes 216 of memory."""
    path = folder / "gpi_ofa_comp_graph_cache.pkl"
    path.write_bytes(b"\x80\x04](" + pickle.EMPTY_SET * 4_000_000 + b"e.")
    return "gennape", path


def many_marks(folder: Path) -> tuple[str, Path]:
    path = folder / "gpi_ofa_comp_graph_cache.pkl"
    path.write_bytes(b"\x80\x04" + pickle.MARK * 2_000_000 + b".")
    return "gennape", path


def many_calls(folder: Path) -> tuple[str, Path]:
    """Each call copies the same thousand values, in five bytes."""
    path = folder / "gpi_ofa_comp_graph_cache.pkl"
    head = b"\x80\x04cbuiltins\nlist\nq\x00(" + b"N" * 1_000 + b"t\x85q\x01]("
    path.write_bytes(head + b"h\x00h\x01R" * 1_000_000 + b"e.")
    return "gennape", path


def long_texts(folder: Path) -> tuple[str, Path]:
    """A text of a mebibyte in a thousand places of an architecture."""
    text = "mbconv3" + "x" * (1 << 20)
    return "gennape", official.write_gennape_cache(
        folder / "gpi_ofa_comp_graph_cache.pkl", [((224, [[text] * 5_000] * 5), 0.5)]
    )


def long_element(folder: Path) -> tuple[str, Path]:
    path = folder / "DARTS.json"
    path.write_bytes(b"[[" + b"{}," * 8_000_000 + b"{}]]")
    return "nds", path


def sparse_tar(folder: Path) -> tuple[str, Path]:
    """A member of GNU's sparse kind: eight gigabytes of zero bytes, none of them in the file."""
    path = folder / "anb.tar"
    entry = tarfile.TarInfo("result_0.json")
    entry.type = tarfile.GNUTYPE_SPARSE
    header = bytearray(entry.tobuf(tarfile.GNU_FORMAT))
    header[483:495] = b"%011o\0" % (8 << 30)
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + sum(header[156:]) + 8 * 32)
    path.write_bytes(header + bytes(1024))
    return "accel-nasbench", path


BOMBS = {
    packed_bz2: "unpacked it is more than 100 times as large",
    packed_torch: "unpacked it is more than 100 times as large",
    packed_tar: "unpacked it is more than 100 times as large",
    packed_zip: "unpacked it is more than 100 times as large",
    packed_twice: "unpacked it is more than 100 times as large",
    lzma_zip: "results_0.json is packed in a way that is not read",
    shared_lists: "it holds containers in one another too often",
    shared_dictionaries: "it holds containers in one another too often",
    endless_list: "it holds containers in one another too often",
    many_sets: "more in one record than official files do",
    many_marks: "more in one record than official files do",
    many_calls: "more in one record than official files do",
    long_texts: "has an unknown OFA block",
    long_element: "an element has more than 16,777,216 characters",
    sparse_tar: "holds no file that is named like",
}


@pytest.mark.parametrize("write", BOMBS, ids=lambda write: write.__name__)
def test_small_files_stay_small(write: Callable[[Path], tuple[str, Path]], tmp_path: Path) -> None:
    kind, path = write(tmp_path)
    with limits(megabytes=1024), pytest.raises(BenchmarkError) as raised:
        import_official(kind, path, tmp_path / "out")
    said = str(raised.value)
    assert said.startswith(str(path))
    assert BOMBS[write] in said
    assert said.isprintable()


def test_reasons_that_quote_a_file_are_few(tmp_path: Path) -> None:
    runs = {}
    for number in range(300):
        run = official.results_count(official.NB201_CELLS[0], "cifar10", 1, 2, ["ori-test"], 50.0)
        run["eval_acc1es"] = {f"split {number}\n@1": 50.0}
        runs[number] = run
    path = official.write_old_torch(tmp_path / "a.pth", runs)
    with pytest.raises(BenchmarkError, match=r"has no usable entry: .*; \d+ for other reasons"):
        import_official("nasbench201", path, tmp_path)


def test_what_one_reads_of_several_streams_counts_together() -> None:
    growth = Growth(1_000)
    first, second = (growth.stream(io.BytesIO(bytes(2_000_000))) for _ in range(2))
    assert len(first.read()) == 2_000_000
    with pytest.raises(BenchmarkError, match="more than 100 times as large"):
        second.read()


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (1, 1),
        ([1, (2, {3: [4]})], 8),
        (doubled(3), 8 + 15),
        ({"a": {1, 2}, "b": frozenset()}, 7),
    ],
)
def test_values_are_counted_wherever_they_are(value: object, count: int) -> None:
    check_unfolded(value, count + 1)
    with pytest.raises(ValueError, match="in one another too often"):
        check_unfolded(value, count)


def test_a_tar_of_a_kilobyte_that_states_more_than_any_disk_holds(tmp_path: Path) -> None:
    entry = tarfile.TarInfo("results_0.json")
    entry.size = 2**62
    path = tmp_path / "huge.tar"
    path.write_bytes(entry.tobuf(tarfile.GNU_FORMAT) + b"x" * 512)
    with limits(), pytest.raises(BenchmarkError, match=r"huge\.tar is damaged or cut"):
        import_official("nasbench101", path, tmp_path / "out")


def test_entries_without_use_have_an_end(tmp_path: Path) -> None:
    path = tmp_path / "DARTS.json"
    path.write_text("{" + ",".join(['"a":1'] * 150_000) + "}")
    with limits(), pytest.raises(BenchmarkError, match=r"DARTS\.json: none of its first 100,000"):
        import_official("nds", path, tmp_path / "out")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_pipes_and_devices_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "zeros.json").symlink_to("/dev/zero")
    for path in (tmp_path / "pipe.json", tmp_path / "zeros.json"):
        with limits(), pytest.raises(BenchmarkError, match="neither a file nor a folder"):
            import_official("nds", path, tmp_path / "out")
