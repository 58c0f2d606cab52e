"""Which layer of the network an ONNX node stands in, as far as exporters write it down."""

import ast

import onnx

_SCOPES = "pkg.torch.onnx.name_scopes"
_LONGEST = 10_000
"""Characters of a list of scopes that is looked at."""


def layer_of(node: onnx.NodeProto) -> str:
    """Return the qualified name of the layer; the name of the node where that is all there is.

    The dynamo exporter of PyTorch writes a list of scopes, the TorchScript exporter a path:
    `/layer1/layer1.0/conv1/Conv` is `layer1.0.conv1`.
    """
    for entry in node.metadata_props:
        if entry.key == _SCOPES and len(entry.value) < _LONGEST:
            return _innermost(entry.value)
    if not node.name.startswith("/"):
        return node.name
    layer = ""
    for part in node.name.strip("/").split("/")[:-1]:
        layer = part if not layer or part.startswith(f"{layer}.") else f"{layer}.{part}"
    return layer


def _innermost(scopes: str) -> str:
    """Return the scope around a node, whose own name is the last of the list."""
    try:
        names = ast.literal_eval(scopes)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return ""
    outer = names[:-1] if isinstance(names, list) else []
    return outer[-1] if outer and isinstance(outer[-1], str) else ""
