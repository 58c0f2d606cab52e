"""Operators of classic machine learning, `ai.onnx.ml`, as their parts."""

from gennape.frontends.onnx.fused import FusedNode, StoredDims, expands


@expands("LinearClassifier", "LinearRegressor", domain="ai.onnx.ml")
def _linear_model(fused: FusedNode, stored: StoredDims) -> None:
    """Write a product with the coefficients, which are attributes, and the label."""
    found = fused.node.attributes
    coefficients = found["coefficients"]
    rows = found.get("targets") or max(len(found.get("intercepts", ())), 1)
    scores = fused.call("MatMul", fused.given(0), fused.weight(len(coefficients) // rows, rows))
    if found.get("intercepts"):
        scores = fused.call("Add", scores, fused.weight(rows))
    if fused.node.op == "LinearRegressor":
        fused.finish(scores)
        return
    fused.finish(fused.call("ArgMax", scores, axis=1, keepdims=0))
    fused.finish(scores, 1)


@expands("ZipMap", "Scaler", "Normalizer", domain="ai.onnx.ml")
def _renamed_scores(fused: FusedNode, stored: StoredDims) -> None:
    """Write an operator that names, scales or normalises numbers."""
    fused.finish(fused.given(0))


@expands("ArrayFeatureExtractor", domain="ai.onnx.ml")
def _chosen_features(fused: FusedNode, stored: StoredDims) -> None:
    """Write the elements at some places of the last axis."""
    fused.finish(fused.call("Gather", fused.given(0), fused.given(1), axis=-1))
