"""Cost of a computation: time, and the most memory its tensors held at once."""

import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode


@dataclass(frozen=True)
class PassCost:
    """Milliseconds of wall time, and bytes."""

    milliseconds: float = 0.0
    peak_bytes: int = 0


class CostMeter(TorchDispatchMode):
    """CostMeter of what happens inside `with CostMeter() as meter`; then `meter.cost` is known.

    Memory is that of the tensors made inside, forward and backward, views counted once.
    It does not depend on the allocator or on what ran before; what kernels and numpy hold
    for themselves is not seen. Watching costs some microseconds an operation.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.cost = PassCost()
        self._live: dict[int, tuple[int, weakref.ref[Any]]] = {}
        self._bytes = self._peak = 0

    def __enter__(self) -> "CostMeter":
        self._start = perf_counter()
        super().__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)  # type: ignore[no-untyped-call]
        self.cost = PassCost(1000 * (perf_counter() - self._start), self._peak)

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run one operation and note the tensors it makes."""
        result = func(*args, **(kwargs or {}))
        if not _gives_back_its_arguments(func):
            for tensor in _tensors((result,)):
                self._note(tensor.untyped_storage())
        return result

    def _note(self, storage: torch.UntypedStorage) -> None:
        key = storage._cdata
        if key in self._live:
            return
        size = storage.nbytes()
        self._live[key] = size, weakref.ref(storage, lambda _: self._release(key))
        self._bytes += size
        self._peak = max(self._peak, self._bytes)

    def _release(self, key: int) -> None:
        self._bytes -= self._live.pop(key)[0]


@cache
def _gives_back_its_arguments(func: Any) -> bool:
    """Return whether an operation is a view or in place, and so makes no new memory."""
    return any(one.alias_info is not None for one in func._schema.returns)


def _tensors(values: Sequence[Any]) -> Iterator[torch.Tensor]:
    """Iterate over tensors among values and in lists of them."""
    for value in values:
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, tuple | list):
            yield from _tensors(value)
