"""Small changes of a network's graph that leave it a network that runs.

A mutation is two functions: one lists the edits that a graph admits, one makes an edit. Nodes
of a graph are numbered in its order; an edit names nodes of the graph it is applied to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gennape.search.mutations import blocks, layers, width
from gennape.search.mutations.editing import Edit, Nodes, cleaned

__all__ = ["MUTATIONS", "Edit", "Mutation", "Nodes", "apply", "options"]


@dataclass(frozen=True)
class Mutation:
    """Kind of change.

    Attributes:
        options: Lists all edits of this kind that a graph admits.
        apply: Makes one of them.
    """

    options: Callable[[Nodes], list[Edit]]
    apply: Callable[[Nodes, Edit], Nodes]


MUTATIONS: Mapping[str, Mutation] = {
    "kernel": Mutation(layers.kernel_options, layers.change_kernel),
    "width": Mutation(width.options, width.apply),
    "repeat": Mutation(blocks.repeatable_blocks, blocks.repeat_block),
    "remove": Mutation(blocks.removable_blocks, blocks.remove_block),
    "operation": Mutation(layers.operation_options, layers.change_operation),
    "skip": Mutation(blocks.skippable_blocks, blocks.add_skip),
    "unskip": Mutation(blocks.removable_skips, blocks.remove_skip),
}


def options(nodes: Nodes) -> dict[str, list[Edit]]:
    """List the edits that a graph admits, by kind; kinds without any are left out."""
    found = {name: mutation.options(nodes) for name, mutation in MUTATIONS.items()}
    return {name: edits for name, edits in found.items() if edits}


def apply(nodes: Nodes, edit: Edit) -> Nodes:
    """Make an edit, and drop the nodes that no output needs any more."""
    return cleaned(MUTATIONS[edit.kind].apply(nodes, edit))
