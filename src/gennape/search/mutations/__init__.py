"""Small changes of a network's graph that leave it a network that runs.

A kind of change is a module with two functions: `options` lists the edits that a graph
admits, `apply` makes one of them. Nodes of a graph are numbered in its order; an edit names
nodes of the graph it is applied to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gennape.search.mutations import depth, kernel, operation, skip, width
from gennape.search.mutations.editing import Edit, Nodes, cleaned

__all__ = ["KINDS", "Edit", "Kind", "Nodes", "apply", "options"]


@dataclass(frozen=True)
class Kind:
    """One kind of change.

    Attributes:
        options: All edits of this kind that a graph admits.
        apply: The graph after one of them.
    """

    options: Callable[[Nodes], list[Edit]]
    apply: Callable[[Nodes, Edit], Nodes]


KINDS: Mapping[str, Kind] = {
    "kernel": Kind(kernel.options, kernel.apply),
    "width": Kind(width.options, width.apply),
    "repeat": Kind(depth.repeatable, depth.repeat),
    "remove": Kind(depth.removable, depth.remove),
    "operation": Kind(operation.options, operation.apply),
    "skip": Kind(skip.addable, skip.add),
    "unskip": Kind(skip.removable, skip.remove),
}


def options(nodes: Nodes) -> dict[str, list[Edit]]:
    """The edits that a graph admits, by kind; kinds without any are left out."""
    found = {name: kind.options(nodes) for name, kind in KINDS.items()}
    return {name: edits for name, edits in found.items() if edits}


def apply(nodes: Nodes, edit: Edit) -> Nodes:
    """The graph after an edit, without nodes that no output needs any more."""
    return cleaned(KINDS[edit.kind].apply(nodes, edit))
