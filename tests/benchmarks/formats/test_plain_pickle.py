import collections
import io
import os
import pickle
import pickletools
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gennape.benchmarks.formats.growth import Growth
from gennape.benchmarks.formats.pickle_files import open_pickle
from gennape.benchmarks.formats.pickle_names import PickledObject
from gennape.benchmarks.formats.plain_pickle import PickleError, PlainUnpickler
from gennape.benchmarks.formats.source import SourceFile
from helpers import official_files as official

PROTOCOLS = [2, 3, 4, 5]

_scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
)
_hashable = st.recursive(_scalars, lambda inner: st.tuples(inner) | st.tuples(inner, inner, inner))
_plain = st.recursive(
    _scalars | st.frozensets(_scalars) | st.sets(_scalars),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.tuples(inner, inner, inner, inner)
        | st.dictionaries(_hashable, inner)
        | st.dictionaries(st.text(), inner).map(collections.OrderedDict)
    ),
    max_leaves=20,
)


def load(data: bytes, *classes: str) -> Any:
    return PlainUnpickler(io.BytesIO(data), classes).load()


@given(value=_plain, protocol=st.sampled_from(PROTOCOLS))
def test_plain_values_are_read_as_python_reads_them(value: object, protocol: int) -> None:
    read = load(pickle.dumps(value, protocol))
    assert read == value
    assert type(read) is type(value) or isinstance(value, collections.OrderedDict)


_curves = st.lists(
    st.tuples(
        st.sampled_from(["x-valid@{}", "{}", "ori-test@{}", "é{}", "a\0{}\0"]) | st.none(),
        st.integers(0, 320),
        st.booleans(),
    ),
    max_size=6,
)


@settings(max_examples=50)
@given(curves=_curves, protocol=st.sampled_from(PROTOCOLS), start=st.integers(0, 300))
def test_learning_curves_are_read_as_python_reads_them(
    curves: list[tuple[str | None, int, bool]], protocol: int, start: int
) -> None:
    """Long runs of pairs, which are read at once: new keys, keys again, numbers, mixed ends."""
    value: list[object] = [[f"text {number}" for number in range(start)]]
    for form, length, mixed in curves:
        keys = [form.format(epoch) if form else epoch for epoch in range(length)]
        value.append({key: number / 7 for number, key in enumerate(keys)})
        value.append(
            {key: number if mixed and number % 9 == 8 else 0.5 for number, key in enumerate(keys)}
        )
    assert load(pickle.dumps(value, protocol)) == value


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_numpy_values(protocol: int) -> None:
    numbers = np.arange(6, dtype=">i4").reshape(2, 3)
    value = {
        "numbers": numbers,
        "by columns": np.asfortranarray(numbers.astype("f4")),
        "texts": np.array(["a", "bc"]),
        "scalars": [np.float64(3.5), np.int64(4), np.bool_(True), np.float32(0.5)],
    }
    read = load(pickle.dumps(value, protocol))
    for name in ("numbers", "by columns", "texts"):
        np.testing.assert_array_equal(read[name], value[name])
        assert read[name].dtype == value[name].dtype
    assert read["scalars"] == [3.5, 4, True, 0.5]
    assert [type(scalar) for scalar in read["scalars"]] == [float, int, bool, float]


def test_a_value_may_hold_itself() -> None:
    loop: list[object] = [1]
    loop.append(loop)
    read = load(pickle.dumps(loop))
    assert read[0] == 1 and read[1] is read


def test_shared_values_stay_shared() -> None:
    shared = [1]
    read = load(pickle.dumps([shared, {"a": shared}]))
    assert read[0] is read[1]["a"]


class _Reduced:
    """Pickled as a call."""

    def __init__(self, *how: Any) -> None:
        self.how = how

    def __reduce__(self) -> Any:
        return self.how


HOSTILE = {
    "os.system": (_Reduced(os.system, ("touch {}",)), r"posix\.system"),
    "eval": (_Reduced(eval, ("__import__('os')",)), r"builtin(s|__)\.eval"),
    "getattr": (_Reduced(getattr, (dict, "fromkeys")), r"builtin(s|__)\.getattr"),
    "deep inside": ([{"a": ({"b": [_Reduced(os.system, ("true",))]},)}], r"posix\.system"),
    "a dictionary's items": (
        _Reduced(dict, (), None, None, iter([("key", _Reduced(os.system, ("true",)))])),
        r"posix\.system",
    ),
    "state": (
        _Reduced(collections.OrderedDict, (), {"a": _Reduced(os.getcwd, ())}),
        r"posix\.getcwd",
    ),
    "a class": (Path("a"), r"pathlib\.\w+"),
    "objects in an array": (
        np.array([_Reduced(os.system, ("true",))], dtype=object),
        "numpy.dtype",
    ),
    "records in an array": (np.zeros(1, dtype=[("a", "O")]), "numpy.dtype"),
    "a function as a default": (collections.defaultdict(os.getcwd), r"posix\.getcwd"),
    "a callable that is none": (_Reduced(int, ("7",)), r"builtin(s|__)\.(int|long)"),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_hostile_pickles_are_refused_by_name(name: str, protocol: int) -> None:
    value, offending = HOSTILE[name]
    with pytest.raises(PickleError, match=offending):
        load(_dumps(value, protocol))


def _dumps(value: object, protocol: int) -> bytes:
    """The pickle, also of values with iterators, which can be pickled only once."""
    if isinstance(value, _Reduced) and len(value.how) > 3:
        value = _Reduced(*value.how[:4], iter([("key", _Reduced(os.system, ("true",)))]))
    return pickle.dumps(value, protocol)


WRITTEN_BY_HAND = {
    "copyreg": (b"\x80\x02ccopyreg\n_reconstructor\n.", r"copyreg\._reconstructor"),
    "an instance": (b"(S'true'\nios\nsystem\n.", "opcode STRING"),
    "protocol 0": (b"cos\nsystem\n(S'true'\ntR.", r"os\.system"),
    "an extension": (b"\x80\x02\x82\x01.", "opcode EXT1"),
    "a call of a string": (b"\x80\x02X\x01\x00\x00\x00a)R.", "calls a str"),
    "an object from a string": (b"\x80\x02X\x01\x00\x00\x00a)\x81.", "calls a str"),
    "a name from numbers": (b"\x80\x04K\x01K\x02\x93.", "STACK_GLOBAL requires str"),
    "wrong bytes": (
        b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x03\x00\x00\x00hex\x86R.",
        "latin1",
    ),
    "keyword arguments": (b"\x80\x04ccollections\nOrderedDict\n)}\x92.", "opcode NEWOBJ_EX"),
    "attributes of a name": (b"\x80\x02cbuiltins\nint\n}b.", "a PlainName has no state"),
    "a state of a number": (b"\x80\x02K\x01}b.", "a int has no state"),
    "keys of a list": (b"\x80\x02]K\x01K\x02s.", "damaged at opcode SETITEM: list"),
    "a list as a key": (b"\x80\x02}]K\x02s.", "damaged at opcode SETITEM"),
    "an empty stack": (b"\x80\x02s.", "damaged at opcode SETITEM"),
    "a value never stored": (b"\x80\x02h\x07.", "damaged at opcode BINGET"),
    "a value stored far away": (b"\x80\x02Nr\xff\xff\xff\xff.", "stored after value -1"),
    "a length beyond all memory": (b"\x80\x04\x8d" + b"\xff" * 8, "exceeds system's maximum size"),
    "a length that no value has": (b"\x80\x04\x8e" + b"\0\0\0\0\1\0\0\0", "has 4,294,967,296 b"),
    "a layout of numbers that is none": (
        b"\x80\x02cnumpy\ndtype\nX\x05\x00\x00\x0001,i8\x85R.",
        "arrays of '01,i8' are no plain data",
    ),
    "no value": (b"\x80\x02.", "ends without a value"),
    "bytes that are no opcode": (b"\x80\x02\xff.", "opcode 255"),
    "text that is none": (b"\x80\x02X\x01\x00\x00\x00\xff.", "damaged at opcode BINUNICODE"),
}


@pytest.mark.parametrize("name", WRITTEN_BY_HAND)
def test_damaged_pickles_are_refused(name: str) -> None:
    data, reason = WRITTEN_BY_HAND[name]
    with pytest.raises(PickleError, match=reason):
        load(data)


NOT_PLAIN = {
    *("INST", "OBJ", "NEWOBJ_EX", "EXT1", "EXT2", "EXT4", "PERSID", "NEXT_BUFFER"),
    *("READONLY_BUFFER", "INT", "LONG", "FLOAT", "STRING", "BINSTRING", "SHORT_BINSTRING"),
    *("UNICODE", "GET", "PUT", "LIST", "DICT", "DUP", "POP_MARK"),
}


@pytest.mark.parametrize("opcode", pickletools.opcodes, ids=lambda opcode: str(opcode.name))
def test_opcodes_that_are_refused(opcode: Any) -> None:
    try:
        load(b"\x80\x04" + opcode.code.encode("latin1"))
    except PickleError as error:
        refused = str(error) == f"opcode {opcode.name} belongs to no pickle of plain data"
    assert refused == (opcode.name in NOT_PLAIN)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_pickle_that_is_cut_anywhere_is_refused(protocol: int) -> None:
    whole = pickle.dumps(
        {"a": [1, 2.5, "text", b"bytes"], 7: {str(i): 0.5 for i in range(9)}}, protocol
    )
    for length in range(len(whole)):
        with pytest.raises(PickleError, match="ends too early; the file is cut"):
            load(whole[:length])


@given(data=st.binary(max_size=60), position=st.floats(0, 1))
def test_no_bytes_end_in_another_error(data: bytes, position: float) -> None:
    whole = pickle.dumps(
        [{"a": (1, {2.5}, b"bytes")}, np.arange(3), {str(i): 0.5 for i in range(9)}]
    )
    at = int(position * len(whole))
    try:
        load(whole[:at] + data + whole[at + len(data) :])
    except PickleError as error:
        assert str(error)


def test_classes_that_are_named_become_instances() -> None:
    thing = b"\x8c\x07missing\x8c\x05Thing\x93K\x01K\x02\x86\x81"  # Thing(1, 2)
    data = b"\x80\x04" + thing + b"}\x8c\x01aK\x03sb."  # with the attribute a = 3
    assert load(data, "missing.Thing") == PickledObject("missing.Thing", (1, 2), {"a": 3})
    with pytest.raises(PickleError, match=r"missing\.Thing"):
        load(data)


def test_tensors_are_replaced_by_their_shape(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "tensors.pth"
    weights = torch.nn.Linear(3, 2).state_dict()  # an OrderedDict with attributes
    for new in (True, False):
        torch.save({"weights": weights, "n": 1}, path, _use_new_zipfile_serialization=new)
        with path.open("rb") as file:
            value = open_pickle(SourceFile("a", "", file, Growth(10_000))).load()
        assert value == {"weights": {"weight": (2, 3), "bias": (2,)}, "n": 1}


_DEEP = b")" + b"\x85" * 3_000_000
"""A tuple in a tuple, and so on: too deep for Python to hash without ruining its stack."""


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x02}" + _DEEP + b"Ns.",
        b"\x80\x02}(" + _DEEP + b"Nu.",
        b"\x80\x04\x8f(" + _DEEP + b"\x90.",
        b"\x80\x04(" + _DEEP + b"\x91.",
        b"\x80\x02" + _DEEP + b".",
        b"\x80\x02" + b"ctorch\nSize\n]" * 20 + b")" + b"a\x85R" * 20 + b".",
        b"\x80\x04)" + b"".join(b"\x94h%c\x86" % number for number in range(15)) + b".",
    ],
    ids=["key", "keys", "set", "frozen set", "value", "sizes of lists", "twice as many each time"],
)
def test_tuples_are_not_nested_without_end(data: bytes) -> None:
    with pytest.raises(PickleError, match="nested beyond plain data"):
        load(data)


def test_tuples_as_keys_may_be_nested() -> None:
    value = {("cifar10", 777, (("a", (1, 2)), ())): 1, frozenset({(1, (2, 3))}): 2}
    assert load(pickle.dumps(value)) == value
    key: tuple[object, ...] = ()
    for _ in range(15):
        key = (key, 1)
    assert load(pickle.dumps({key: 1})) == {key: 1}


KEYS = frozenset({"seed", "curve"})
KEYS_OF_RUN = frozenset({"seed", "eval_acc1es"})


def _records(number: int) -> dict[str, Any]:
    return {
        f"outer {i}": {"runs": {("a", i): {"seed": i, "curve": {"x@0": 0.5, "x@1": i / 2}}}}
        for i in range(number)
    }


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_records_are_handed_out_one_by_one(protocol: int) -> None:
    value = _records(2_500)  # dictionaries are written in parts of 1,000
    pickled = PlainUnpickler(io.BytesIO(pickle.dumps(value, protocol)))
    seen = 0
    for record in pickled.records(KEYS):
        assert record == {"seed": seen, "curve": {"x@0": 0.5, "x@1": seen / 2}}
        record.clear()
        seen += 1
    assert seen == 2_500
    assert pickled.value["outer 7"] == {"runs": {("a", 7): {}}}


def _write_runs(path: Path, count: int) -> Path:
    """Runs of 200 epochs, whose keys are written anew in each."""
    runs = [
        official.results_count("cell", "cifar10", seed, 200, ["x-valid"], 90.0)
        for seed in range(count)
    ]
    return official.write_pickle(path, runs)


def _peak(path: Path) -> int:
    """Most bytes in use while every record of a file is taken and emptied."""
    tracemalloc.start()
    with path.open("rb") as file:
        for record in PlainUnpickler(file).records(KEYS_OF_RUN):
            record.clear()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_hardly_grows_with_the_file(tmp_path: Path) -> None:
    """What is kept of each byte: the four bytes of a string's number, and empty containers."""
    short, long = (_write_runs(tmp_path / f"{count}.pkl", count) for count in (20, 100))
    added = long.stat().st_size - short.stat().st_size
    assert added > 1_500_000
    assert _peak(long) - _peak(short) < added / 8


def test_strings_and_constants_outlive_their_record() -> None:
    name = "".join(["shared", " name"])
    value = [{"seed": np.float64(i), "curve": {name: 0.5}} for i in range(5)]
    pickled = PlainUnpickler(io.BytesIO(pickle.dumps(value)))
    seen = []
    for record in pickled.records(KEYS):
        seen.append(dict(record))
        record.clear()
    assert seen == value


def test_nothing_may_refer_to_what_an_earlier_record_held() -> None:
    curve = {"x@0": 0.5}
    value = [{"seed": 1, "curve": curve}, {"seed": 2, "curve": curve}]
    pickled = PlainUnpickler(io.BytesIO(pickle.dumps(value)))
    with pytest.raises(PickleError, match="belongs to an earlier record"):
        for record in pickled.records(KEYS):
            record.clear()
