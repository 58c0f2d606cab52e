"""Changes of network files that keep their form: fields of protobuf messages, calls of programs."""

import json
from contextlib import suppress
from random import Random
from typing import Any

import onnx
import torch
from google.protobuf.message import Message

from fuzz.mutations import NUMBERS, changed_json, damaged

_OPERATORS = sorted({schema.name for schema in onnx.defs.get_all_schemas()})
_ATTRIBUTES = sorted({name for schema in onnx.defs.get_all_schemas() for name in schema.attributes})
_TEXTS = (
    "",
    "x",
    "y",
    "w",
    "SAME_UPPER",
    "VALID",
    "ij,jk->ik",
    "...",
    "a" * 300,
    "\0",
    "é\x1b[31m",
)
_FLOATS = (0.0, -1.0, 1e-30, 1e30, float("inf"), float("nan"))
_LONG = (2, 10, 1_000, 5_000)
_CALLS = sorted(name for name in torch._C._dispatch_get_all_op_names() if name.startswith("aten::"))


def changed_model(data: bytes, random: Random) -> bytes:
    """Change fields of the messages of an ONNX file."""
    model = onnx.ModelProto.FromString(data)
    for _ in range(1 + int(random.expovariate(0.5))):
        with suppress(ValueError):  # a number that is none of an enumeration
            _change(_somewhere(model, random), random)
    try:
        written: bytes = model.SerializeToString()
    except ValueError:
        return damaged(data, random)
    return written


def _somewhere(message: Any, random: Random) -> Any:
    """Choose a message inside another, most often a deep one."""
    while True:
        inside = []
        for field, value in message.ListFields():
            if field.type != field.TYPE_MESSAGE or field.name == "metadata_props":
                continue
            inside.append(value if isinstance(value, Message) else random.choice(value))
        if not inside or random.random() < 0.15:
            return message
        message = random.choice(inside)


def _change(message: Any, random: Random) -> None:
    """Change one field of a message."""
    fields = [field for field, _ in message.ListFields()]
    if not fields or random.random() < 0.1:
        fields = list(message.DESCRIPTOR.fields)
    field = random.choice(fields)
    value = getattr(message, field.name)
    if random.random() < 0.1:
        message.ClearField(field.name)
    elif field.type == field.TYPE_MESSAGE:
        _change_messages(message, field.name, value, random)
    elif not isinstance(value, str | bytes | int | float):
        _change_list(value, field, random)
    else:
        setattr(message, field.name, _other(value, message, field, random))


def _change_messages(message: Any, name: str, value: Any, random: Random) -> None:
    """Repeat, move or remove messages in a list, or empty a single one."""
    if isinstance(value, Message):
        value.SetInParent()
        return
    parts = list(value)
    kind = random.randrange(4)
    if parts and kind == 0:
        parts += [random.choice(parts)] * random.choice(_LONG)
    elif parts and kind == 1:
        random.shuffle(parts)
    elif parts and kind == 2:
        del parts[random.randrange(len(parts))]
    copies = [type(part).FromString(part.SerializeToString()) for part in parts]
    message.ClearField(name)
    getattr(message, name).extend(copies)
    if kind == 3:
        getattr(message, name).add()


def _change_list(values: Any, field: Any, random: Random) -> None:
    """Change one value of a list, or its length."""
    kind = random.randrange(4)
    found = list(values)
    new = _plain(field, random)
    if found and kind == 0:
        found[random.randrange(len(found))] = new
    elif found and kind == 1:
        del found[random.randrange(len(found))]
    elif kind == 2:
        found += [new] * random.choice(_LONG)
    else:
        found.insert(random.randrange(len(found) + 1), new)
    del values[:]
    values.extend(found)


def _other(value: Any, message: Any, field: Any, random: Random) -> Any:
    """Return another value of a single field."""
    if field.name == "op_type" and random.random() < 0.9:
        return random.choice(_OPERATORS)
    if field.name == "name" and isinstance(message, onnx.AttributeProto):
        return random.choice(_ATTRIBUTES)
    if isinstance(value, int) and random.random() < 0.3:
        return _fitting(value + random.choice((-1, 1, 10)), field)
    return _plain(field, random)


def _plain(field: Any, random: Random) -> Any:
    """Return a value of the type of a field."""
    if field.type in (field.TYPE_STRING, field.TYPE_BYTES):
        text = random.choice(_TEXTS)
        return text.encode() if field.type == field.TYPE_BYTES else text
    if field.type in (field.TYPE_FLOAT, field.TYPE_DOUBLE):
        return random.choice(_FLOATS)
    if field.type == field.TYPE_ENUM:
        return random.choice(field.enum_type.values).number
    return _fitting(random.choice((*NUMBERS, 2, 3, 5)) * random.choice((1, 1, -1)), field)


def _fitting(value: int, field: Any) -> int:
    """Return a number as large as a field can hold."""
    bits = 31 if field.type in (field.TYPE_INT32, field.TYPE_SINT32) else 63
    low = 0 if field.type in (field.TYPE_UINT64, field.TYPE_UINT32) else -(2**bits)
    return min(max(value, low), 2**bits - 1)


def changed_program(data: bytes, random: Random) -> bytes:
    """Change the calls of an exported program: their functions, arguments and numbers."""
    try:
        program = json.loads(data)
        graph = program["graph_module"]["graph"]
    except (KeyError, TypeError, ValueError):
        return changed_json(data, random)
    for _ in range(1 + int(random.expovariate(0.5))):
        nodes = graph["nodes"]
        node = random.choice(nodes)
        kind = random.randrange(6)
        if kind == 0:
            name, _, overload = random.choice(_CALLS).removeprefix("aten::").partition(".")
            node["target"] = f"torch.ops.aten.{name}.{overload or 'default'}"
        elif kind == 1:
            node["target"] = random.choice(nodes)["target"]
        elif kind == 2:
            node["inputs"] = random.choice(nodes)["inputs"]
        elif kind == 3 and len(nodes) < _LONG[-1]:
            graph["nodes"] = nodes + [node] * random.choice(_LONG)
        else:
            _change_numbers(node["inputs"] or graph, random)
    if random.random() < 0.2:
        return changed_json(json.dumps(program).encode(), random)
    return json.dumps(program).encode()


def _change_numbers(value: Any, random: Random) -> None:
    """Change one whole number somewhere in a JSON value, in place."""
    places = list(_numbers(value))
    if places:
        holder, key = random.choice(places)
        holder[key] = random.choice((*NUMBERS, 2, 3, 10**30)) * random.choice((1, 1, -1))


def _numbers(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in list(items):
        if isinstance(part, dict | list):
            yield from _numbers(part)
        elif isinstance(part, int) and not isinstance(part, bool):
            yield value, key
