"""Which attributes each operation has, and whether those of a node are among them."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, NamedTuple, get_type_hints

import numpy as np

from gennape.graph.arrays import NO_ATTRIBUTES
from gennape.graph.attributes import groups, mathematics
from gennape.graph.attributes.groups import NodeAttributes
from gennape.graph.operations import Op
from gennape.utils.array_types import BoolArray

GROUPS: Mapping[Op, type[NodeAttributes]] = {
    Op.OTHER: mathematics.FunctionAttributes,
    Op.INPUT: groups.SourceAttributes,
    Op.PARAMETER: groups.SourceAttributes,
    Op.CONSTANT: groups.SourceAttributes,
    Op.CONV: groups.ConvAttributes,
    Op.CONV_TRANSPOSE: groups.ConvAttributes,
    Op.LINEAR: groups.LinearAttributes,
    Op.MATMUL: groups.MatmulAttributes,
    Op.EMBEDDING: groups.EmbeddingAttributes,
    Op.BATCH_NORM: groups.NormAttributes,
    Op.LAYER_NORM: groups.NormAttributes,
    Op.GROUP_NORM: groups.NormAttributes,
    Op.INSTANCE_NORM: groups.NormAttributes,
    Op.RMS_NORM: groups.NormAttributes,
    Op.LOCAL_RESPONSE_NORM: groups.LocalNormAttributes,
    Op.NORMALIZE: groups.UnitNormAttributes,
    Op.LEAKY_RELU: groups.LeakyAttributes,
    Op.ELU: groups.EluAttributes,
    Op.SELU: groups.EluAttributes,
    Op.GELU: groups.GeluAttributes,
    Op.SOFTPLUS: groups.SoftplusAttributes,
    Op.HARDSIGMOID: groups.HardSigmoidAttributes,
    Op.SOFTMAX: groups.SoftmaxAttributes,
    Op.LOG_SOFTMAX: groups.SoftmaxAttributes,
    Op.MAX_POOL: groups.PoolAttributes,
    Op.AVG_POOL: groups.PoolAttributes,
    Op.GLOBAL_AVG_POOL: groups.GlobalPoolAttributes,
    Op.GLOBAL_MAX_POOL: groups.GlobalPoolAttributes,
    Op.CONCAT: groups.ConcatAttributes,
    Op.WHERE: mathematics.WhereAttributes,
    Op.SLICE: groups.SliceAttributes,
    Op.PAD: groups.PadAttributes,
    Op.RESIZE: groups.ResizeAttributes,
    Op.GATHER: mathematics.GatherAttributes,
    Op.ROLL: mathematics.RollAttributes,
    Op.MEAN: mathematics.ReduceAttributes,
    Op.SUM: mathematics.ReduceAttributes,
    Op.MAX: mathematics.ReduceAttributes,
    Op.VARIANCE: mathematics.ReduceAttributes,
    Op.SCALE: mathematics.ScaleAttributes,
    Op.POWER: mathematics.PowerAttributes,
    Op.CLIP: mathematics.ClipAttributes,
    Op.COMPARE: mathematics.CompareAttributes,
    Op.ROUND: mathematics.RoundAttributes,
    Op.RESHAPE: mathematics.ReshapeAttributes,
    Op.TRANSPOSE: mathematics.TransposeAttributes,
    Op.EXPAND: mathematics.ExpandAttributes,
    Op.DROPOUT: mathematics.DropoutAttributes,
    Op.CUMULATIVE_SUM: mathematics.CumulativeAttributes,
    Op.SORT: mathematics.SortAttributes,
    Op.FFT: mathematics.FunctionAttributes,
    Op.GRID_SAMPLE: mathematics.GridSampleAttributes,
    Op.UNFOLD: mathematics.UnfoldAttributes,
}
"""The class that describes the nodes of an operation; `NodeAttributes` itself where none does."""

NUMBER_COLUMNS = {
    "kernel": slice(0, 2),
    "stride": slice(2, 4),
    "padding": slice(4, 8),
    "dilation": slice(8, 10),
    "groups": slice(10, 11),
    "bias": slice(11, 12),
}


class ValueType(NamedTuple):
    """Which Python values an attribute may have.

    Attributes:
        kinds: Their types.
        elements: Types of the elements, where it is a list.
        words: What they are, in words.
    """

    kinds: frozenset[type]
    elements: frozenset[type]
    words: str


_LISTS = frozenset({list, tuple})
_INTEGERS, _NUMBERS = frozenset({int}), frozenset({int, float, bool})
_NONE: frozenset[type] = frozenset()
_UNKNOWN = ValueType(_NONE, _NONE, "")
_VALUE_TYPES: dict[Any, ValueType] = {
    bool: ValueType(frozenset({bool}), _NONE, "true or false"),
    str: ValueType(frozenset({str}), _NONE, "a text"),
    int: ValueType(_INTEGERS, _NONE, "an integer"),
    float: ValueType(_NUMBERS, _NONE, "a number"),
    tuple[int, ...]: ValueType(_LISTS, _INTEGERS, "a list of integers"),
    tuple[float, ...]: ValueType(_LISTS, _NUMBERS, "a list of numbers"),
    int | tuple[int, ...]: ValueType(_LISTS | _INTEGERS, _INTEGERS, "an integer or a list of them"),
}
_VALUE_TYPES |= {kind | None: values for kind, values in _VALUE_TYPES.items()}


@dataclass(frozen=True, slots=True)
class AttributeSchema:
    """The details of one operation.

    Attributes:
        group: The class that describes them.
        types: For each name, what it may hold.
        required: Names that must be there.
    """

    group: type[NodeAttributes]
    types: Mapping[str, ValueType]
    required: tuple[str, ...]

    @classmethod
    def of(cls, group: type[NodeAttributes]) -> "AttributeSchema":
        """Return the schema that a class describes."""
        hints = get_type_hints(group)
        found = fields(group)
        return cls(
            group=group,
            types={field.name: _VALUE_TYPES[hints[field.name]] for field in found},
            required=tuple(field.name for field in found if field.default is MISSING),
        )

    def problem(self, details: Mapping[str, Any]) -> str:
        """Say what is wrong with the names or types of details; nothing where all is right."""
        for name, value in details.items():
            kind = type(value)
            kinds, elements, words = self.types.get(name, _UNKNOWN)
            if kind in kinds and (kind not in _LISTS or elements.issuperset(map(type, value))):
                continue
            if words:
                return f"states {name} = {value!r}, which is not {words}"
            own = [known for known in self.types if known not in _COMMON]
            return f"states {name!r}, and has {', '.join(own) or 'no details'}"
        return ""

    def missing(self, details: Mapping[str, Any], arguments: int) -> str:
        """Name what a node with so many arguments does not state and must; or nothing."""
        if "not_executable" in details:
            return ""
        lacking = [name for name in self.required if name not in details]
        either = self.group.EITHER
        if not lacking and either and arguments < 2 and not any(n in details for n in either):
            return f"does not state its {' or '.join(either)}"
        return f"does not state its {' and '.join(lacking)}" if lacking else ""


_COMMON = frozenset(field.name for field in fields(NodeAttributes))
_DESCRIBED: Sequence[type[NodeAttributes]] = (NodeAttributes, *GROUPS.values())
_OF_GROUP = {group: AttributeSchema.of(group) for group in _DESCRIBED}
SCHEMAS: Sequence[AttributeSchema] = [
    _OF_GROUP[GROUPS.get(Op(number), NodeAttributes)] for number in range(max(Op) + 1)
]
"""The schema of each operation, by its number."""

MUST_STATE: Sequence[bool] = [bool(s.required or s.group.EITHER) for s in SCHEMAS]
"""Whether a node of each operation must state something, by its number."""


def attributes_of(op: Op, details: Mapping[str, Any]) -> NodeAttributes:
    """Return the details of a node as typed fields, with the defaults of those left out.

    Raises:
        TypeError: A name is unknown, or one that must be stated is missing.
    """
    values: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in details.items()}
    return SCHEMAS[op].group(**values)


def _unused_numbers() -> BoolArray:
    """For each operation, which of the twelve numbers it has no use for, `(operations, 12)`."""
    unused = np.ones((len(SCHEMAS), len(NO_ATTRIBUTES)), dtype=bool)
    for number, schema in enumerate(SCHEMAS):
        for name in schema.group.NUMBERS:
            unused[number, NUMBER_COLUMNS[name]] = False
    return unused


UNUSED_NUMBERS = _unused_numbers()
