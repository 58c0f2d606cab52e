"""Changes of a file: of its bytes, its text, its JSON or its table.

A mutation takes the bytes of a file and a source of chance, and returns other bytes.
"""

import io
import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from helpers.varints import varint

Mutation = Callable[[bytes, Random], bytes]

NUMBERS = (0, 1, -1, 127, 255, 256, 2**15, 2**16, 2**31 - 1, 2**31, 2**32, 2**53, 2**63, 2**64)
WORDS = (
    *(
        "",
        "0",
        "-1",
        "NaN",
        "nan",
        "inf",
        "1e999",
        "-1e308",
        "1,5",
        "0x10",
        "1_000",
        "١٢",
        "9" * 400,
    ),
    *(
        "null",
        "true",
        "[]",
        "{}",
        "[[[[",
        "]]]]",
        '"',
        "'",
        ",",
        ";",
        ":",
        "\t",
        "\n",
        "\r",
        "\r\n",
    ),
    *("\0", "\ufeff", "\ud800", "\u2028", "é", "\x1b[31m", "%s%n", "${HOME}", "../../../x"),
    *("/etc/passwd", "C:\\x", "fuzz.canary:sing", "fuzz.canary:SONGS:x", "os:abort"),
    *("http.server:test", "builtins:exit", "sys:exit:1", "this:x", "timm:resnet18@1x1x1"),
    *("a" * 300, "a" * 140_000, "[" * 3_000, "é" * 200),
)
_MOST_CHANGES = 8
_LONGEST_PART = 64


def damaged(data: bytes, random: Random) -> bytes:
    """Change bytes here and there: flip, cut, repeat, move, or put numbers and words in."""
    for _ in range(1 + int(random.expovariate(0.7))):
        data = random.choice(_DAMAGES)(data, random)
    return data


def rewritten(data: bytes, random: Random) -> bytes:
    """Change the words and lines of a text, and now and then its encoding."""
    text = data.decode("utf-8", "surrogateescape")
    for _ in range(1 + int(random.expovariate(0.7))):
        parts = _words(text)
        at = random.randrange(len(parts))
        change = random.randrange(5)
        if change == 0:
            parts[at] = random.choice(WORDS)
        elif change == 1:
            parts.insert(at, random.choice(WORDS))
        elif change == 2:
            del parts[at]
        elif change == 3:
            parts[at] = parts[random.randrange(len(parts))]
        else:
            parts.insert(at, "".join(parts[at : at + random.randrange(1, 20)]))
        text = "".join(parts) or "\n"
    codec = random.choices(("utf-8", "utf-16", "latin-1", "utf-8-sig"), (20, 1, 1, 1))[0]
    return text.encode(codec, "replace" if codec == "latin-1" else "surrogatepass")


def changed_json(data: bytes, random: Random) -> bytes:
    """Change values of a JSON document, or of one of several lines of JSON."""
    lines = data.splitlines(keepends=True) or [b""]
    at = random.randrange(len(lines))
    try:
        whole = json.loads(data)
    except ValueError:
        try:
            value = json.loads(lines[at])
        except ValueError:
            return damaged(data, random)
        lines[at] = json.dumps(_changed(value, random)).encode("utf-8", "surrogatepass") + b"\n"
        return b"".join(lines)
    return json.dumps(_changed(whole, random)).encode("utf-8", "surrogatepass")


def changed_table(data: bytes, random: Random) -> bytes:
    """Change cells, columns, types or metadata of a Parquet file."""
    table = pq.read_table(io.BytesIO(data))
    metadata = table.schema.metadata or {}
    columns = {name: table[name].to_pylist() for name in table.column_names}
    for _ in range(random.randrange(1, 4)):
        name = random.choice(list(columns))
        cells = columns[name]
        change = random.choices(("cell", "cells", "rename", "drop", "repeat"), (8, 2, 1, 1, 1))[0]
        if change == "cell" and cells:
            cells[random.randrange(len(cells))] = _changed_cell(random.choice(cells), random)
        elif change == "cells":
            columns[name] = [_changed_cell(random.choice(cells or [0]), random)] * len(cells)
        elif change == "rename":
            columns[random.choice(WORDS)[:99].replace("\ud800", "")] = columns.pop(name)
        elif change == "drop" and len(columns) > 1:
            del columns[name]
        elif change == "repeat":
            columns = {key: values * random.choice((0, 2, 50)) for key, values in columns.items()}
    if metadata and random.random() < 0.2:
        key = random.choice(list(metadata))
        metadata = {**metadata, key: changed_json(metadata[key], random)}
    packed = io.BytesIO()
    try:
        changed = pa.table({name: _column(cells) for name, cells in columns.items()})
        kept = {} if random.random() < 0.2 else metadata
        pq.write_table(changed.replace_schema_metadata(kept), packed)
    except (pa.ArrowException, UnicodeError, OverflowError):  # Parquet has no such cells
        return damaged(data, random)
    return packed.getvalue()


def _changed_cell(cell: Any, random: Random) -> Any:
    if isinstance(cell, str) and random.random() < 0.5:
        return rewritten(cell.encode(), random).decode("utf-8", "replace")
    return _changed(cell, random)


def _column(cells: list[Any]) -> pa.Array:
    """Return a column of cells of one type; of texts where they have several."""
    try:
        return pa.array(cells)
    except (pa.ArrowException, OverflowError):
        return pa.array(
            [cell if isinstance(cell, str) else json.dumps(cell, default=repr) for cell in cells]
        )


def _changed(value: Any, random: Random) -> Any:
    """Change one value somewhere in a JSON value."""
    inside: Sequence[Any] = ()
    if isinstance(value, dict):
        inside = list(value)
    elif isinstance(value, list):
        inside = range(len(value))
    if not inside or random.random() < 0.08:
        return _other(value, random)
    at = random.choice(inside)
    changed = dict(value) if isinstance(value, dict) else list(value)
    kind = random.random()
    if kind < 0.05:
        del changed[at]
    elif kind < 0.1 and isinstance(changed, dict):
        changed[random.choice(WORDS)] = changed[at]
    elif kind < 0.1 and isinstance(changed, list):
        changed += [changed[at]] * random.choice((1, 5, 1000))
    else:
        changed[at] = _changed(changed[at], random)
    return changed


def _other(value: Any, random: Random) -> Any:
    """Return something else than a value, most often of its own kind."""
    if random.random() < 0.6 and isinstance(value, int | float) and not isinstance(value, bool):
        chosen = random.choice(
            (*NUMBERS, float("nan"), float("inf"), 1e308, -1e308, 1e-320, 10**400)
        )
        return random.choice((chosen, -chosen, value + 1, value - 1, value * 10))
    if random.random() < 0.6 and isinstance(value, str):
        return random.choice((random.choice(WORDS), value + random.choice(WORDS), value[1:]))
    deep: Any = value
    for _ in range(random.choice((1, 2, 500))):
        deep = [deep]
    others = (None, True, 0, -1, 1.5, "", "x", [], {}, [value], {"x": value}, deep, float("nan"))
    return random.choice(others)


def _words(text: str) -> list[str]:
    """Split a text between letters and digits and everything else; at least one part."""
    parts: list[str] = []
    for character in text:
        if parts and character.isalnum() and parts[-1][-1].isalnum():
            parts[-1] += character
        else:
            parts.append(character)
    return parts or [""]


def _place(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.randrange(1, _LONGEST_PART))


def _flip(data: bytes, random: Random) -> bytes:
    changed = bytearray(data or b"\0")
    for _ in range(random.randrange(1, _MOST_CHANGES)):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _replace(data: bytes, random: Random) -> bytes:
    changed = bytearray(data or b"\0")
    for _ in range(random.randrange(1, _MOST_CHANGES)):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _delete(data: bytes, random: Random) -> bytes:
    start, end = _place(data, random)
    return data[:start] + data[end:]


def _repeat(data: bytes, random: Random) -> bytes:
    start, end = _place(data, random)
    return data[:end] + data[start:end] * random.choice((1, 2, 100)) + data[end:]


def _move(data: bytes, random: Random) -> bytes:
    start, end = _place(data, random)
    target, _ = _place(data, random)
    return data[:target] + data[start:end] + data[target:]


def _number(data: bytes, random: Random) -> bytes:
    """Overwrite some bytes by a number of 1, 2, 4 or 8 bytes, or a varint."""
    size = random.choice((1, 2, 4, 8))
    value = random.choice(NUMBERS) % (1 << (8 * size))
    written = value.to_bytes(size, random.choice(("little", "big")))
    if random.random() < 0.3:
        written = varint(random.choice(NUMBERS) % (1 << 64))
    at = random.randrange(len(data) + 1)
    return data[:at] + written + data[at + len(written) :]


def _insert_word(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(WORDS).encode("utf-8", "surrogatepass") + data[at:]


_DAMAGES: tuple[Mutation, ...] = (
    *(_flip, _replace, _cut, _delete, _repeat, _move, _number, _number, _insert_word),
)
