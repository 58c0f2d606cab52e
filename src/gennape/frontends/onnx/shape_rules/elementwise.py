"""Shapes of what is computed element by element."""

from gennape.frontends.onnx.document import PRIVATE
from gennape.frontends.onnx.shape_rules.registry import Arguments, Results, broadcast, infers

_UNARY = """
    Abs Acos Acosh Asin Asinh Atan Atanh Bernoulli BitCast BitwiseNot Cast CastLike Ceil Celu Clip
    Cos Cosh CumProd CumSum DequantizeLinear Elu Erf Exp EyeLike Floor Gelu GroupNormalization
    HardSigmoid HardSwish Hardmax Identity InstanceNormalization IsInf IsNaN LRN LeakyRelu Log
    LogSoftmax LpNormalization MeanVarianceNormalization Mish Neg Not OptionalGetElement PRelu
    QuantizeLinear RMSNormalization RandomNormalLike RandomUniformLike Reciprocal RegexFullMatch
    Relu ReverseSequence RotaryEmbedding Round Scatter ScatterElements ScatterND Selu Shrink
    Sigmoid Sign SimplifiedLayerNormalization Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan
    Tanh TensorScatter ThresholdedRelu Trilu
"""
_BINARY = """
    Add And BitShift BitwiseAnd BitwiseOr BitwiseXor Div Equal Greater GreaterOrEqual Less
    LessOrEqual Max Mean Min Mod Mul Or Pow StringConcat Sub Sum SwiGLU Where Xor
"""


@infers(_UNARY)
@infers("Branch RepeatedLoop RepeatedScan Approximate", domain=PRIVATE)
@infers("Binarizer Imputer LabelEncoder CategoryMapper", domain="ai.onnx.ml")
def as_first(call: Arguments) -> Results:
    """Return the shape of the first argument."""
    return [call.dims(0)]


@infers(_BINARY)
def broadcast_(call: Arguments) -> Results:
    """Return the shape of arguments that are repeated to fit; in old files of the first."""
    if call.attribute("broadcast"):
        return [call.dims(0)]
    return [broadcast(call.all_dims())]


@infers("Dropout")
def dropout(call: Arguments) -> Results:
    """Return the shape of the argument, for the mask too."""
    return [call.dims(0), call.dims(0)]


@infers("BatchNormalization")
def batch_norm(call: Arguments) -> Results:
    """Return the shape of the argument; statistics have one number a channel."""
    statistics = call.dims(3)
    return [call.dims(0), *[statistics] * 4]


@infers("LayerNormalization")
def layer_norm(call: Arguments) -> Results:
    """Return the shape of the argument; statistics are ones of each position."""
    dims = call.dims(0)
    axis = call.number("axis", -1) % max(len(dims), 1)
    statistics = (*dims[:axis], *[1] * (len(dims) - axis))
    return [dims, statistics, statistics]


@infers("DynamicQuantizeLinear")
def dynamic_quantisation(call: Arguments) -> Results:
    """Return the shape of the argument, and one scale and zero."""
    return [call.dims(0), (), ()]


@infers("NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss")
def loss(call: Arguments) -> Results:
    """Return one number, or that of each label; and the logarithms of the probabilities."""
    each = call.attribute("reduction", "mean") == "none"
    return [call.dims(1) if each else (), call.dims(0)]
