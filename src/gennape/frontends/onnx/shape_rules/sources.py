"""Shapes of tensors that operators make."""

from math import ceil, isfinite

import numpy as np
import onnx

from gennape.frontends.onnx.shape_rules.registry import (
    Arguments,
    Results,
    ShapeContradiction,
    UnknownShape,
    axis_of,
    infers,
)


@infers("Constant")
def constant(call: Arguments) -> Results:
    """Return the shape of a stored tensor."""
    for name, value in call.node.attributes.items():
        if isinstance(value, onnx.TensorProto | onnx.SparseTensorProto):
            return [tuple(value.dims)]
        if name in ("value_float", "value_int", "value_string"):
            return [()]
        if name in ("value_floats", "value_ints", "value_strings"):
            return [(len(value),)]
    raise ShapeContradiction("it has no value")


@infers("ConstantOfShape")
def constant_of_shape(call: Arguments) -> Results:
    """Return the shape given."""
    return [tuple(call.integers(0))]


@infers("Shape")
def shape(call: Arguments) -> Results:
    """Return one number a dimension."""
    dims = call.dims(0)
    return [(len(dims[call.number("start", 0) : call.attribute("end")]),)]


@infers("Size OptionalHasElement SequenceLength")
def one_number(call: Arguments) -> Results:
    """Return the shape of a number."""
    return [()]


@infers("RandomNormal RandomUniform")
def random(call: Arguments) -> Results:
    """Return the shape given."""
    return [tuple(call.numbers("shape"))]


@infers("Multinomial")
def samples(call: Arguments) -> Results:
    """Return so many samples of each row."""
    return [(call.dims(0)[0], call.number("sample_size", 1))]


@infers("Range")
def range_(call: Arguments) -> Results:
    """Return as many numbers as there are from start to limit."""
    start, limit, step = (call.value(position) for position in range(3))
    if not start.size == limit.size == step.size == 1 or not step.item():
        raise ShapeContradiction("it needs a start, a limit and a step other than 0")
    length = (limit.item() - start.item()) / step.item()
    if not isfinite(length):
        raise UnknownShape
    return [(max(ceil(length), 0),)]


@infers("BlackmanWindow HammingWindow HannWindow")
def window(call: Arguments) -> Results:
    """Return as many numbers as it is long."""
    return [tuple(call.integers(0)[:1])]


@infers("MelWeightMatrix")
def mel_weights(call: Arguments) -> Results:
    """Return the weights of each frequency for each band."""
    return [(call.integers(1)[0] // 2 + 1, call.integers(0)[0])]


@infers("OneHot")
def one_hot(call: Arguments) -> Results:
    """Return a further axis, as long as there are classes."""
    dims, depth = call.dims(0), call.value(1)
    if depth.size != 1 or not np.isfinite(depth).all():
        raise ShapeContradiction("the number of classes is none")
    axis = axis_of(call.number("axis", -1), len(dims) + 1)
    return [(*dims[:axis], int(depth.item()), *dims[axis:])]


@infers("OneHotEncoder", domain="ai.onnx.ml")
def one_hot_encoder(call: Arguments) -> Results:
    """Return a last axis, as long as there are categories."""
    categories = call.attribute("cats_int64s") or call.attribute("cats_strings") or ()
    return [(*call.dims(0), len(categories))]
