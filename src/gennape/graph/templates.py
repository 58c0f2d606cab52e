"""Networks that differ in some choices alone, written down once and built all together.

A family whose networks are one but for the operations in some places writes them with a
`ChoiceBuilder`. `ChosenBuilder` makes one network of them; `TemplateBuilder` writes each choice
of each place, and its template gathers the columns of any number of networks at once.
"""

from abc import abstractmethod
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np

from gennape.graph.arrays import ATTRIBUTE_COLUMNS, ranges
from gennape.graph.batch import GraphBatch
from gennape.graph.builder import GraphBuilder
from gennape.graph.node_writer import CachedBlock
from gennape.graph.validation import CheckedDetails, GraphError
from gennape.utils.array_types import IntArray


class Make(Protocol):
    """Function that adds what stands for a choice, and returns the result."""

    def __call__(self, x: int, /, choice: int) -> int:
        """Add nodes that read `x` and one another, of one shape whatever the choice."""


_FIRST_PLACE = -2
"""In place of an operation: that of a place is this less the number of its alternatives."""


class ChoiceBuilder(GraphBuilder):
    """Adds layers, and in some places one of several."""

    @abstractmethod
    def choose(self, x: int, slot: int, make: Make) -> int:
        """Add what was chosen.

        Args:
            x: What it reads.
            slot: Which of the choices it follows; several places may follow one.
            make: Adds it.

        Returns:
            The result.
        """


class ChosenBuilder(ChoiceBuilder):
    """Writes the network of some choices.

    Args:
        choices: One for each slot.
    """

    def __init__(self, choices: Sequence[int]) -> None:
        super().__init__()
        self.choices = choices

    def choose(self, x: int, slot: int, make: Make) -> int:
        """Add what was chosen; see `ChoiceBuilder.choose`."""
        return make(x, self.choices[slot])


class TemplateBuilder(ChoiceBuilder):
    """Writes the networks of all choices, a node that stands for them in each place.

    Args:
        choices: How many there are for each slot.
    """

    def __init__(self, choices: int) -> None:
        super().__init__()
        self.choices = choices
        self._places: list[tuple[int, list[CachedBlock]]] = []

    def choose(self, x: int, slot: int, make: Make) -> int:
        """Write each choice, and a node in their place; see `ChoiceBuilder.choose`."""
        start, shape = len(self.shapes), None
        blocks = []
        for choice in range(self.choices):
            result, block = self.record_block(partial(make, choice=choice), x)
            if shape not in (None, self.shapes[result]):
                raise GraphError("choices of one place must have results of one shape")
            shape = self.shapes[result]
            blocks.append(block)
            self._forget_from(start, len(block.sources))
        assert shape is not None
        self.shapes.append(shape)
        self._operations.append(_FIRST_PLACE - len(self._places))
        self._attributes.fromlist([0] * ATTRIBUTE_COLUMNS)
        self._parameters.append(0)
        self._sources.append(x)
        self._targets.append(start)
        self._places.append((slot, blocks))
        return start

    def _forget_from(self, start: int, edges: int) -> None:
        """Take back nodes that were written from `start` on, and their edges."""
        del self.shapes[start:], self._operations[start:], self._parameters[start:]
        del self._attributes[start * ATTRIBUTE_COLUMNS :]
        if edges:
            del self._sources[-edges:], self._targets[-edges:]
        for node in [node for node in self._details if node >= start]:
            del self._details[node]

    def template(self) -> "NetworkTemplate":
        """Return what has been written, ready to be built for any choices."""
        pool = _Pool(len(self.shapes))
        table = np.zeros((len(self.shapes), self.choices, len(_STEP)), dtype=np.int64)
        edges = np.searchsorted(self._targets, range(len(self.shapes) + 1)).tolist()
        slots, inputs = np.zeros((2, len(self.shapes)), dtype=np.int64)
        for node, operation in enumerate(self._operations):
            sources = self._sources[edges[node] : edges[node + 1]].tolist()
            if operation > _FIRST_PLACE:
                table[node] = pool.add(node, sources, self._written(node))
                continue
            slots[node], blocks = self._places[_FIRST_PLACE - operation]
            (inputs[node],) = sources
            table[node] = [pool.add(node, sources, block) for block in blocks]
        return NetworkTemplate(slots, inputs, table, *pool.columns())

    def _written(self, node: int) -> CachedBlock:
        """A node that is there whatever is chosen, as a block of one."""
        here = slice(node * ATTRIBUTE_COLUMNS, (node + 1) * ATTRIBUTE_COLUMNS)
        return CachedBlock(
            [self.shapes[node]],
            self._operations[node : node + 1],
            self._attributes[here],
            self._parameters[node : node + 1],
            [],
            [],
            {0: self._details[node]} if node in self._details else {},
            0,
        )


_STEP = ("rows", "first row", "edges", "first edge", "result")
"""What a step of a template is, for each choice."""
_PASSED = -1
"""In place of a result: what the step reads."""


@dataclass(frozen=True)
class NetworkTemplate:
    """Networks of all choices, step by step; a step adds one node or those of a choice.

    Attributes:
        slots: Which choice each step follows, `(steps,)`.
        inputs: The step that a step with choices reads, `(steps,)`.
        table: Numbers of rows and edges of each step and choice, where they begin in the
            columns, and which of the rows is the result, `(steps, choices, 5)`.
        operations: Of each row.
        attributes: Of each row, `(rows, 18)`.
        parameters: Of each row.
        details: Of rows that have some.
        edges: Of each edge the step whose result it comes from, or the number of steps and the
            step within which it does; the row within that; the row that it goes to; `(3, edges)`.
    """

    slots: IntArray
    inputs: IntArray
    table: IntArray
    operations: IntArray
    attributes: IntArray
    parameters: IntArray
    details: dict[int, Any]
    edges: IntArray

    def build(self, choices: IntArray, names: Sequence[str]) -> GraphBatch:
        """Build networks.

        Args:
            choices: Of each network and slot, `(networks, slots)`.
            names: Of the networks.
        """
        steps = len(self.slots)
        if not choices.shape[1]:
            choices = np.zeros((len(choices), 1), dtype=np.int64)
        chosen = self.table[np.arange(steps), choices[:, self.slots]]  # networks, steps, 5
        rows, first_row, edges, first_edge, result = np.moveaxis(chosen, 2, 0)
        starts = (np.cumsum(rows) - rows.ravel()).reshape(rows.shape)
        taken = ranges(first_row.ravel(), rows.ravel())
        return GraphBatch(
            operations=self.operations[taken],
            attributes=self.attributes.take(taken, axis=0),
            node_parameters=self.parameters[taken],
            edges=self._edges_of(starts, result, edges.ravel(), first_edge.ravel()),
            details=self._details_of(taken),
            node_offsets=np.append(starts[:, 0], len(taken)),
            names=tuple(names),
        )

    def _edges_of(
        self, starts: IntArray, result: IntArray, counts: IntArray, first: IntArray
    ) -> IntArray:
        """Edges between the nodes of networks whose steps begin at `starts`."""
        results = starts + result
        for step in np.flatnonzero((result == _PASSED).any(axis=0)).tolist():
            passed = result[:, step] == _PASSED
            results[passed, step] = results[passed, self.inputs[step]]
        places = np.hstack([results, starts])
        owner = np.repeat(np.arange(starts.size), counts)
        step, row, target = self.edges.take(ranges(first, counts), axis=1)
        sources = places[owner // starts.shape[1], step] + row
        return np.stack([sources, starts.ravel()[owner] + target]).astype(np.int32)

    def _details_of(self, taken: IntArray) -> CheckedDetails:
        """Details of the nodes that are copies of some rows."""
        has_details = np.zeros(len(self.operations), dtype=bool)
        has_details[list(self.details)] = True
        nodes = np.flatnonzero(has_details[taken])
        values = map(self.details.__getitem__, taken[nodes].tolist())
        return CheckedDetails(zip(nodes.tolist(), values, strict=True))


class _Pool:
    """Rows and edges of all choices of all steps.

    Args:
        steps: How many steps there are.
    """

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._operations = array("h")
        self._attributes = array("i")
        self._parameters = array("q")
        self._details: dict[int, Any] = {}
        self._edges: list[tuple[int, int, int]] = []

    def add(self, step: int, arguments: list[int], block: CachedBlock) -> tuple[int, ...]:
        """Add the nodes of a block, which is one node with arguments or reads the first of them.

        Returns:
            What `_STEP` names.
        """
        first_row, first_edge = len(self._operations), len(self._edges)
        self._operations += block.operations
        self._attributes += block.attributes
        self._parameters += block.parameters
        self._details |= {first_row + node: own for node, own in block.details.items()}
        if not block.sources and len(block.shapes) == 1:
            self._edges += [(argument, 0, 0) for argument in arguments]
        for source, target in zip(block.sources, block.targets, strict=True):
            inner = (arguments[0], 0) if source < 0 else (self._steps + step, source)
            self._edges.append((*inner, target))
        edges = len(self._edges) - first_edge
        return len(block.shapes), first_row, edges, first_edge, block.result

    def columns(self) -> tuple[IntArray, IntArray, IntArray, dict[int, Any], IntArray]:
        """Return operations, attributes, parameters, details and edges."""
        return (
            np.array(self._operations, dtype=np.int16),
            np.array(self._attributes, dtype=np.int32).reshape(-1, ATTRIBUTE_COLUMNS),
            np.array(self._parameters, dtype=np.int64),
            self._details,
            np.array(self._edges, dtype=np.int64).reshape(-1, 3).T,
        )
