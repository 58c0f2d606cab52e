"""Results that run past very many rows are named at both ends instead of drawn as lines."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from gennape.graph.draw.blocks import DrawnBlock

_MAX_LANES = 40_000
_NAMED = 3


def name_long_edges(
    blocks: Sequence[DrawnBlock], edges: Sequence[tuple[int, int]], layers: Sequence[int]
) -> tuple[list[DrawnBlock], list[tuple[int, int]]]:
    """Take out the longest edges, as many as there are lanes too many.

    Args:
        blocks: Boxes.
        edges: Between them.
        layers: The row of each box.

    Returns:
        The boxes, with notes such as `to n012_add` and `from n003_relu` for edges taken out, and
        the edges that are left.
    """
    longest = _longest_drawn(edges, layers)
    kept: list[tuple[int, int]] = []
    taken: list[tuple[int, int]] = []
    for edge in edges:
        (kept if layers[edge[1]] - layers[edge[0]] <= longest else taken).append(edge)
    targets, sources = defaultdict(list), defaultdict(list)
    for source, target in taken:
        targets[source].append(blocks[target].nodes[0].name)
        sources[target].append(blocks[source].nodes[-1].name)
    noted = list(blocks)
    for number in targets.keys() | sources.keys():
        notes = [*_notes("from", sources[number]), *_notes("to", targets[number])]
        noted[number] = replace(noted[number], notes=tuple(notes))
    return noted, kept


def _longest_drawn(edges: Sequence[tuple[int, int]], layers: Sequence[int]) -> int:
    """The most rows an edge may run through, so that there are few enough lanes."""
    shortest, longest = 1, max((layers[b] - layers[a] for a, b in edges), default=1)
    while shortest < longest:
        middle = (shortest + longest + 1) // 2
        if _lanes(edges, layers, middle) <= _MAX_LANES:
            shortest = middle
        else:
            longest = middle - 1
    return shortest


def _lanes(edges: Sequence[tuple[int, int]], layers: Sequence[int], longest: int) -> int:
    """How many lanes edges of up to this length need; the users of a result share its own."""
    reach: dict[int, int] = {}
    for source, target in edges:
        length = layers[target] - layers[source]
        if length <= longest:
            reach[source] = max(reach.get(source, 1), length)
    return sum(reach.values()) - len(reach)


def _notes(word: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return [f"{word} {', '.join(names[:_NAMED])}{more}"]
