"""Edits in words."""

from collections.abc import Callable, Mapping

from gennape.graph import Op
from gennape.graph.node import Node
from gennape.search.mutations.editing import Edit, Nodes


def in_words(nodes: Nodes, edit: Edit) -> str:
    """Say what an edit does: nodes by their layers, shapes as channels x sides.

    Nodes of networks whose source names no layers go by their number in the graph.

    Args:
        nodes: Of the graph that is changed.
        edit: One that the graph admits.
    """
    return _WORDS[edit.kind](nodes, edit)


def _kernel(nodes: Nodes, edit: Edit) -> str:
    before = nodes[edit.node].kernel[0]
    return f"kernel {before} -> {edit.value} of {_layer(nodes[edit.node])}"


def _width(nodes: Nodes, edit: Edit) -> str:
    node = nodes[edit.node]
    return f"{node.output_shape[0]} -> {edit.value} channels of {_layer(node)}"


def _repeat(nodes: Nodes, edit: Edit) -> str:
    return f"repeat {_block(nodes, edit)}"


def _remove(nodes: Nodes, edit: Edit) -> str:
    return f"leave out {_block(nodes, edit)}"


def _skip(nodes: Nodes, edit: Edit) -> str:
    return f"skip connection around {_block(nodes, edit)}"


def _operation(nodes: Nodes, edit: Edit) -> str:
    node = nodes[edit.node]
    if node.op is Op.CONV:
        return (
            f"{edit.value} instead of {'dense' if node.groups == 1 else 'grouped'} {_layer(node)}"
        )
    return f"{edit.value} instead of {_layer(node)}"


def _unskip(nodes: Nodes, edit: Edit) -> str:
    node = nodes[edit.node]
    source = node.arguments[int(edit.value)]
    return f"no connection from {nodes[source].layer or f'node {source}'} into {_layer(node)}"


def _block(nodes: Nodes, edit: Edit) -> str:
    first, last = nodes[int(edit.value) + 1], nodes[edit.node]
    if not (first.layer and last.layer):
        return f"{_numbers(first, last)} ({_shape(last)})"
    if f"{first.layer}.".startswith(f"{last.layer}."):
        return f"{last.layer} ({_shape(last)})"
    return _ends(first.layer.split("."), last.layer.split("."), _shape(last))


def _numbers(first: Node, last: Node) -> str:
    if first.index == last.index:
        return f"node {last.index}"
    return f"nodes {first.index}-{last.index}"


def _ends(first: list[str], last: list[str], shape: str) -> str:
    """Name both ends, the layers that hold them once: `stage.0 (conv1 to conv2, 64x8x8)`."""
    shared = 0
    while shared < len(first) - 1 and first[shared] == last[shared]:
        shared += 1
    ends = f"{'.'.join(first[shared:])} to {'.'.join(last[shared:])}"
    return f"{'.'.join(first[:shared])} ({ends}, {shape})" if shared else f"{ends} ({shape})"


def _layer(node: Node) -> str:
    return f"{node.op.name.lower()} {node.layer or node.index} ({_shape(node)})"


def _shape(node: Node) -> str:
    return "x".join(map(str, node.output_shape))


_WORDS: Mapping[str, Callable[[Nodes, Edit], str]] = {
    "kernel": _kernel,
    "width": _width,
    "repeat": _repeat,
    "remove": _remove,
    "operation": _operation,
    "skip": _skip,
    "unskip": _unskip,
}
