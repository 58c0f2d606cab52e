"""Operators of onnxruntime, `com.microsoft`, as their parts.

Source: onnxruntime/docs/ContribOperators.md.
"""

from math import prod

import numpy as np
from onnx import helper

from gennape.frontends.onnx.document import PRIVATE
from gennape.frontends.onnx.fused import FusedNode, StoredDims, expands

_WINDOW = ("auto_pad", "dilations", "group", "kernel_shape", "pads", "strides", "output_padding")


@expands("FusedConv", "NhwcFusedConv")
def _conv(fused: FusedNode, stored: StoredDims) -> None:
    """Write Conv, an addition where there is a fourth argument, and the activation."""
    x, w, b, z = (fused.given(position) for position in range(4))
    y = fused.call("Conv", *filter(None, (x, w, b)), **fused.named(*_WINDOW))
    if z:
        y = fused.call("Add", y, z)
    fused.finish(_activated(fused, y))


def _activated(fused: FusedNode, x: str) -> str:
    """Apply the activation that a node names."""
    name = fused.node.attributes.get("activation", "")
    settings = list(fused.node.attributes.get("activation_params", ()))
    if not name:
        return x
    if name == "Clip":
        limits = (fused.constant(np.float32(limit)) for limit in settings)
        return fused.call("Clip", x, *limits)
    known = {"LeakyRelu": ("alpha",), "HardSigmoid": ("alpha", "beta")}.get(name, ())
    return fused.call(name, x, **dict(zip(known, settings, strict=False)))


@expands("FusedMatMul", "TransposeMatMul")
def _matmul(fused: FusedNode, stored: StoredDims) -> None:
    """Write transposes of the last two axes, MatMul, and a scale."""
    left, right = fused.given(0), fused.given(1)
    found = fused.node.attributes
    if found.get("transA", 0):
        left = fused.call("SwapLastAxes", left, domain=PRIVATE)
    if found.get("transB", 0):
        right = (
            fused.call("Transpose", right, perm=[1, 0])
            if len(stored.get(right, ())) == 2
            else fused.call("SwapLastAxes", right, domain=PRIVATE)
        )
    y = fused.call("MatMul", left, right)
    alpha = found.get("alpha", 1.0)
    fused.finish(y if alpha == 1.0 else fused.call("Mul", y, fused.constant(np.float32(alpha))))


@expands("FusedGemm", "GemmFastGelu")
def _gemm(fused: FusedNode, stored: StoredDims) -> None:
    """Write Gemm and the activation."""
    settings = fused.named("alpha", "beta", "transA", "transB")
    y = fused.call("Gemm", *filter(None, fused.node.inputs), **settings)
    fused.finish(_activated(fused, y))


@expands("MatMulNBits", "MatMulBnb4", "MatMulFpQ4")
def _packed_matmul(fused: FusedNode, stored: StoredDims) -> None:
    """Write MatMul by K x N packed weights, and the addition of a bias."""
    found = fused.node.attributes
    y = fused.call("MatMul", fused.given(0), fused.weight(found["K"], found["N"]))
    bias = fused.given(5) if fused.node.op == "MatMulNBits" else ""
    fused.finish(fused.call("Add", y, bias) if bias else y)


@expands("DynamicQuantizeMatMul", "MatMulIntegerToFloat")
def _quantised_matmul(fused: FusedNode, stored: StoredDims) -> None:
    """Write MatMul and the addition of a bias."""
    y = fused.call("MatMul", fused.given(0), fused.given(1))
    bias = fused.given(4 if fused.node.op == "DynamicQuantizeMatMul" else 6)
    fused.finish(fused.call("Add", y, bias) if bias else y)


@expands("SkipLayerNormalization", "SkipSimplifiedLayerNormalization")
def _skip_norm(fused: FusedNode, stored: StoredDims) -> None:
    """Write the sum of the input, the skip and a bias, and its normalisation."""
    simple = fused.node.op.startswith("SkipSimplified")
    total = fused.call("Add", fused.given(0), fused.given(1))
    if bias := fused.given(3 if simple else 4):
        total = fused.call("Add", total, bias)
    weights = filter(None, (fused.given(2), "" if simple else fused.given(3)))
    op = "SimplifiedLayerNormalization" if simple else "LayerNormalization"
    settings = {"axis": -1, **fused.named("epsilon")}
    fused.finish(fused.call(op, total, *weights, **settings))
    fused.finish(total, 3)


@expands("EmbedLayerNormalization")
def _embedding_norm(fused: FusedNode, stored: StoredDims) -> None:
    """Write the sum of word, position and segment embeddings, and its normalisation."""
    ids, segments, words, positions, kinds, gamma, beta = (fused.given(i) for i in range(7))
    total = fused.call("Gather", words, ids)
    place = fused.given(8) or ids  # as many places as tokens
    total = fused.call("Add", total, fused.call("Gather", positions, place))
    if segments and kinds:
        total = fused.call("Add", total, fused.call("Gather", kinds, segments))
    fused.finish(fused.call("LayerNormalization", total, gamma, beta, axis=-1))
    fused.finish(total, 2)


@expands("Gelu", "FastGelu", "BiasGelu")
def _gelu(fused: FusedNode, stored: StoredDims) -> None:
    """Write the addition of a bias, and GELU."""
    x, bias = fused.given(0), fused.given(1)
    x = fused.call("Add", x, bias) if bias else x
    approximate = {"approximate": "tanh"} if fused.node.op == "FastGelu" else {}
    fused.finish(fused.call("Gelu", x, **approximate))


@expands("QuickGelu")
def _quick_gelu(fused: FusedNode, stored: StoredDims) -> None:
    """Write `x * sigmoid(alpha * x)`."""
    x = fused.given(0)
    alpha = fused.constant(np.float32(fused.node.attributes.get("alpha", 1.702)))
    fused.finish(fused.call("Mul", x, fused.call("Sigmoid", fused.call("Mul", x, alpha))))


@expands("Attention", "QAttention")
def _attention(fused: FusedNode, stored: StoredDims) -> None:
    """Write the products that make query, key and value, and their attention."""
    x, weight, bias = (fused.given(position) for position in range(3))
    mask = fused.given(5) if fused.node.op == "Attention" else ""
    heads = fused.node.attributes["num_heads"]
    projected = fused.call("MatMul", x, weight)
    if bias:
        projected = fused.call("Add", projected, bias)
    width = stored.get(weight, (0, 0))[1]
    sizes = fused.node.attributes.get("qkv_hidden_sizes") or [width // 3] * 3
    parts = [f"{projected}/{letter}" for letter in "qkv"]
    split = helper.make_node("Split", [projected, fused.constant(list(sizes))], parts, axis=-1)
    fused.parts.append(split)
    _attend(fused, *parts, mask=mask, heads=heads)


@expands("MultiHeadAttention")
def _multi_head_attention(fused: FusedNode, stored: StoredDims) -> None:
    """Write attention; key and value may be packed with the query."""
    query, key, value, bias = (fused.given(position) for position in range(4))
    heads = fused.node.attributes["num_heads"]
    if bias and prod(stored.get(bias, ())) % 3 == 0 and bias in stored:
        width = stored[bias][0] // 3
        parts = [f"{bias}/{letter}/{len(fused.parts)}" for letter in "qkv"]
        sizes = fused.constant([width] * 3)
        fused.parts.append(helper.make_node("Split", [bias, sizes], parts, axis=0))
        given = (query, key or query, value or key or query)
        query, key, value = (fused.call("Add", *pair) for pair in zip(given, parts, strict=True))
    _attend(fused, query, key or query, value or key or query, mask=fused.given(5), heads=heads)


@expands("GroupQueryAttention")
def _grouped_attention(fused: FusedNode, stored: StoredDims) -> None:
    """Write attention with fewer heads of keys and values than of queries."""
    found = fused.node.attributes
    heads = (found["num_heads"], found["kv_num_heads"])
    _attend(fused, *(fused.given(position) for position in range(3)), heads=heads[0], kv=heads[1])


def _attend(
    fused: FusedNode, query: str, key: str, value: str, *, heads: int, mask: str = "", kv: int = 0
) -> None:
    """Write the standard operator for attention."""
    inputs = [query, key, value, *filter(None, [mask])]
    fused.finish(fused.call("Attention", *inputs, q_num_heads=heads, kv_num_heads=kv or heads))


@expands("QLinearAdd", "QLinearMul")
def _quantised_pair(fused: FusedNode, stored: StoredDims) -> None:
    """Write a sum or product of quantised tensors."""
    op = fused.node.op.removeprefix("QLinear")
    fused.finish(fused.call(op, fused.given(0), fused.given(3)))


@expands("QLinearSigmoid", "QLinearLeakyRelu", "QLinearSoftmax")
def _quantised_activation(fused: FusedNode, stored: StoredDims) -> None:
    """Write the activation of a quantised tensor."""
    op = fused.node.op.removeprefix("QLinear")
    fused.finish(fused.call(op, fused.given(0), **fused.named("alpha", "axis")))


@expands("QLinearGlobalAveragePool", "QLinearAveragePool")
def _quantised_pool(fused: FusedNode, stored: StoredDims) -> None:
    """Write the pooling of a quantised tensor."""
    op = fused.node.op.removeprefix("QLinear")
    settings = fused.named("kernel_shape", "strides", "pads", "auto_pad", "count_include_pad")
    fused.finish(fused.call(op, fused.given(0), **settings))


@expands("QLinearConcat")
def _quantised_concat(fused: FusedNode, stored: StoredDims) -> None:
    """Write the concatenation of quantised tensors, of which every third argument is one."""
    fused.finish(fused.call("Concat", *fused.node.inputs[2::3], **fused.named("axis")))


@expands("QGemm")
def _quantised_gemm(fused: FusedNode, stored: StoredDims) -> None:
    """Write a linear layer of quantised tensors."""
    inputs = filter(None, (fused.given(0), fused.given(3), fused.given(6)))
    fused.finish(fused.call("Gemm", *inputs, **fused.named("transA", "transB", "alpha")))


@expands("QuantizeLinear", "DequantizeLinear", "BiasAdd", "RotaryEmbedding")
def _unchanged(fused: FusedNode, stored: StoredDims) -> None:
    """Write an operator that keeps the shape and has no products."""
    fused.finish(fused.given(0))


@expands("DynamicQuantizeLSTM")
def _quantised_lstm(fused: FusedNode, stored: StoredDims) -> None:
    """Write an LSTM; the quantised weights are the other way round."""
    x, *weights = (fused.given(position) for position in range(3))
    weights = [fused.call("Transpose", weight, perm=[0, 2, 1]) for weight in weights]
    rest = fused.node.inputs[3:8]
    settings = fused.named("hidden_size", "direction")
    inputs = [x, *weights, *rest]
    fused.parts.append(helper.make_node("LSTM", inputs, fused.node.outputs, **settings))
