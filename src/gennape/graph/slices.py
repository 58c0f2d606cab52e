"""How the details of a slice say where it starts.

`start` is the first position and `axis` the dimension of the sliced tensor, the batch
counted: 1, the channels of an image, unless it is given. A slice along several
dimensions has lists of both. Starts of 0 are left out.
"""

from collections.abc import Mapping
from typing import Any


def slice_starts(details: Mapping[str, Any]) -> dict[int, int]:
    """The first position along each dimension where it is not 0."""
    start, axis = details.get("start", 0), details.get("axis", 1)
    if isinstance(start, int):
        return {axis: start} if start else {}
    return {a: s for a, s in zip(axis, start, strict=True) if s}


def slice_details(starts: Mapping[int, int]) -> dict[str, Any]:
    """The details of a slice that starts there."""
    given = sorted((axis, start) for axis, start in starts.items() if start)
    if len(given) > 1:
        return {"axis": [axis for axis, _ in given], "start": [start for _, start in given]}
    for axis, start in given:
        return {"start": start} if axis == 1 else {"axis": axis, "start": start}
    return {}
