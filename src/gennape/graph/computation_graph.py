"""One network as an immutable directed acyclic graph of atomic operations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from gennape.graph.cost import CostedArrays
from gennape.graph.operations import Op
from gennape.graph.validation import GraphError, validate
from gennape.utils.optional_imports import require

if TYPE_CHECKING:
    from torch import Tensor, nn

    from gennape.graph.summary import GraphSummary
    from gennape.search.suggestions import Suggestions


@dataclass(frozen=True, eq=False, repr=False)
class ComputationGraph(CostedArrays):
    """A network: nodes in topological order, edges as data flow.

    The graph is the network. `to_module` runs it, `fingerprint` names it, `macs` and
    `parameters` are its costs. Construction validates and freezes the arrays.

    Attributes:
        name: A name for the network, or empty.

    Raises:
        GraphError: The arrays do not describe a network.
    """

    name: str = ""

    def __post_init__(self) -> None:
        for column, dtype in _COLUMNS.items():
            object.__setattr__(self, column, _frozen(column, getattr(self, column), dtype))
        validate(self)
        if not ((self.operations == Op.INPUT).any() and (self.operations == Op.OUTPUT).any()):
            raise GraphError("the graph needs at least one input and one output node")

    def __repr__(self) -> str:
        label = f"{self.name!r}, " if self.name else ""
        return (
            f"ComputationGraph({label}{self.num_nodes} nodes, {self.num_edges} edges, "
            f"{self.macs:,} MACs, {self.parameters:,} parameters)"
        )

    @cached_property
    def macs(self) -> int:
        """Multiply-accumulates for one input."""
        return int(self.node_macs.sum())

    @cached_property
    def parameters(self) -> int:
        """Learned parameters."""
        return int(self.node_parameters.sum())

    @cached_property
    def unknown_operations(self) -> dict[str, int]:
        """Functions outside the vocabulary and how many nodes hold each."""
        counts: dict[str, int] = {}
        for node in np.flatnonzero(self.operations == Op.OTHER):
            function = str(self.details.get(int(node), {}).get("function", "unknown"))
            counts[function] = counts.get(function, 0) + 1
        return counts

    @cached_property
    def complete(self) -> bool:
        """Whether all work is counted; else MACs and parameters are lower bounds."""
        return not any(details.get("lower_bound") for details in self.details.values())

    @cached_property
    def fingerprint(self) -> str:
        """A name for the network itself: 32 hexadecimal digits.

        Equal for the same network from every source (family, PyTorch, export, ONNX) and
        under any reordering of nodes: the canonical hash of its canonical form. Where it is
        stored, `gennape.graph.hashing.HASH_VERSION` stands beside it.
        """
        from gennape.graph.passes import fingerprints

        return fingerprints([self])[0]

    def to_module(
        self,
        weights: "Mapping[int, Sequence[Tensor | None]] | None" = None,
        *,
        stand_ins: bool = False,
    ) -> "nn.Module":
        """A trainable PyTorch module that computes this graph.

        Args:
            weights: Tensors of nodes; others start as PyTorch starts them.
            stand_ins: Whether numbers that are neither given nor in the graph (of constants, and
                of parameters computed from others) may be other ones, as a training or a proxy
                of the architecture needs no more.

        Raises:
            GraphError: An operation of the graph cannot be executed; says which.
            MissingExtraError: PyTorch is not installed.
        """
        require("torch", "a module", package="gennape[torch]")
        from gennape.graph.execute import module_of

        return module_of(self, weights, stand_ins)

    def summary(self) -> "GraphSummary":
        """Summarise the network layer by layer, in the manner of torchinfo.

        Returns:
            Name, kind, output shape, parameters, MACs, activations and share of each node in
            `rows`, and the totals; it prints as a table, in a notebook too.

        Examples:
            >>> import gennape
            >>> summary = gennape.graph_of("hiaml:a22-src0-t31-z").summary()
            >>> summary.macs == sum(row.macs for row in summary.rows)
            True
        """
        from gennape.graph.summary import summary_of

        return summary_of(self)

    def to_dot(self) -> str:
        """Write the graph as text for Graphviz: `dot -Tsvg`."""
        from gennape.graph.draw.dot import dot_of

        return dot_of(self)

    def _repr_svg_(self) -> str:
        """Draw the graph for a notebook; large ones with their repeated blocks drawn once."""
        from gennape.graph.draw import svg_of

        return svg_of(self)

    def suggest(self, **options: Any) -> "Suggestions":
        """Suggest single changes that gain accuracy or save MACs.

        Args:
            options: Those of `gennape.suggest`, such as `dataset`, `recipe` and `top`.
        """
        from gennape.search.suggestions import suggest

        return suggest(self, **options)


_COLUMNS: Mapping[str, Any] = {
    "operations": np.int16,
    "attributes": np.int32,
    "node_parameters": np.int64,
    "edges": np.int32,
}


def _frozen(column: str, values: Any, dtype: Any) -> Any:
    """A read-only copy of a column of integers."""
    array = np.asarray(values)
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise GraphError(f"{column} must hold integers, not {array.dtype}")
    if array.size and array.dtype.itemsize > np.dtype(dtype).itemsize:
        limits = np.iinfo(dtype)
        if not limits.min <= array.min() <= array.max() <= limits.max:
            raise GraphError(f"{column} must hold numbers up to {limits.max}")
    array = array.astype(dtype, order="C")
    array.flags.writeable = False
    return array
