"""Random small networks, for properties that hold of every network."""

from typing import Any

from hypothesis import strategies as st

from gennape.graph import ComputationGraph, GraphBuilder, Op

_ONE_ARGUMENT = (
    Op.RELU,
    Op.SIGMOID,
    Op.TANH,
    Op.ERF,
    Op.POWER,
    Op.SCALE,
    Op.DROPOUT,
    Op.RESHAPE,
    Op.ZERO,
    Op.BATCH_NORM,
    Op.MEAN,
    Op.OTHER,
)
_TWO_ARGUMENTS = (Op.ADD, Op.MUL, Op.SUB, Op.DIV)
_WEIGHTED = (Op.CONV, Op.LINEAR)
_SHAPE = (4, 6, 6)
_STATED: dict[Op, dict[str, Any]] = {
    Op.POWER: {"exponent": 2},
    Op.MEAN: {"axes": [1]},
    Op.OTHER: {"function": "unknown"},
}


@st.composite
def networks(draw: st.DrawFn) -> ComputationGraph:
    """A network of 1-12 operations on tensors of one shape, dead ends among them."""
    build = GraphBuilder()
    values = [build.input(_SHAPE), build.add_node(Op.PARAMETER, (), (4, 1, 1), parameters=4)]
    for _ in range(draw(st.integers(1, 12))):
        x = draw(st.sampled_from(values[:1] + values[2:]))
        op = draw(st.sampled_from(_ONE_ARGUMENT + _TWO_ARGUMENTS + _WEIGHTED))
        if op in _TWO_ARGUMENTS:
            other = draw(st.sampled_from(values))
            values.append(build.add_node(op, (x, other), _SHAPE))
        elif op in _WEIGHTED:
            values.append(build.conv(x, 4) if op is Op.CONV else build.linear(x, 4))
        elif op is Op.BATCH_NORM:
            values.append(build.batch_norm(x))
        else:
            values.append(build.add_node(op, (x,), _SHAPE, **_STATED.get(op, {})))
    build.output(values[-1] if len(values) > 2 else values[0])
    return build.build()
