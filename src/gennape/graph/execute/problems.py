"""What keeps a graph from running as a module."""

from collections.abc import Collection, Mapping, Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor

from gennape.graph.execute.functions import FUNCTIONS, SEVERAL
from gennape.graph.execute.layers import has_layer
from gennape.graph.execute.recurrence import is_recurrence, parts_of
from gennape.graph.node import Node
from gennape.graph.operations import Op

_ENDS = frozenset({Op.INPUT, Op.OUTPUT})
_WRITTEN = frozenset({Op.EXPAND, Op.RESHAPE})
_NAMED: Mapping[Op, frozenset[str]] = {
    Op.COMPARE: frozenset(
        {"gt", "ge", "lt", "le", "eq", "ne", "sign"}
        | {"logical_and", "logical_or", "logical_not", "logical_xor"}
    ),
    Op.ROUND: frozenset({"floor", "ceil", "round", "trunc", "sign", "floor_divide"}),
}
"""Functions that an operation may name; others that a file names are never looked up."""


def problems_of(nodes: Sequence[Node], known: Collection[int], stand_ins: bool) -> list[str]:
    """Say why a graph cannot run, each reason once.

    Args:
        nodes: Its nodes.
        known: Nodes whose numbers are given.
        stand_ins: Whether other numbers may stand in for those that are not known.
    """
    absorbed = {
        part.index for node in nodes if is_recurrence(node) for part in parts_of(node, nodes) or ()
    }
    return sorted(
        {
            problem
            for node in nodes
            if node.index not in absorbed
            and (problem := _problem(node, nodes, stand_ins or node.index in known))
        }
    )


def _problem(node: Node, nodes: Sequence[Node], is_known: bool) -> str:
    """Why a node cannot be executed, or nothing."""
    reason = node.details.get("not_executable")
    if reason:
        return f"{node.op.name.lower()}: {reason}"
    for argument, result in zip(node.arguments, node.details.get("results", ()), strict=False):
        source = nodes[argument]
        if result and source.op not in SEVERAL and not is_recurrence(source):
            return f"no rule for the further results of {_name(source)}"
    if node.op in _ENDS:
        return ""
    if node.op is Op.PARAMETER:
        is_whole = is_known or not is_computed_parameter(node)
        return "" if is_whole else "a parameter is computed from other parameters"
    if node.op is Op.CONSTANT:
        has_numbers = is_known or "values" in node.details or "function" in node.details
        return "" if has_numbers else "the numbers of a constant are not in the graph"
    return _rule_problem(node, nodes)


def _rule_problem(node: Node, nodes: Sequence[Node]) -> str:
    """Why no rule computes a node, or nothing."""
    if has_layer(node):
        return "" if len(node.arguments) == 1 else f"{_name(node)} has computed weights"
    if node.details.get("function") == "fold" and "settings" in node.details:
        return ""
    if is_recurrence(node):
        return "" if parts_of(node, nodes) else f"{_name(node)} has computed weights"
    has_rule = (node.op in FUNCTIONS and node.op is not Op.OTHER) or node.op in _WRITTEN
    is_named = node.op not in _NAMED or node.details.get("function") in _NAMED[node.op]
    return "" if has_rule and is_named else f"no rule for {_name(node)}"


def _name(node: Node) -> str:
    return str(node.details.get("function") or node.op.name.lower())


def parameter_shape(node: Node) -> Sequence[int]:
    """Dimensions of the tensor of a parameter or a constant."""
    shape: Sequence[int] = node.details.get("shape", (1, *node.output_shape))
    return shape


def is_computed_parameter(node: Node) -> bool:
    """Whether a parameter's tensor holds other numbers than its own learned ones."""
    return node.parameters != prod(parameter_shape(node)) and "weight" not in node.details


def constant(node: Node) -> Tensor:
    """The numbers of a constant; zeros where the graph does not have them."""
    values: Any = node.details.get("values", [0.0])
    shape = tuple(parameter_shape(node))
    if node.details.get("function") == "causal":
        return torch.full(shape, float("-inf")).triu(1)
    tensor = torch.tensor(values)
    return tensor.reshape(shape) if len(values) == prod(shape) else tensor.expand(shape).clone()
