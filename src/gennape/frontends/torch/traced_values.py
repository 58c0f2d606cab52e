"""Node, channels, batch and learned origin of every tensor of a trace."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from gennape.frontends.batch_axis import BatchAxis, Operand, batch_after, one_sample
from gennape.frontends.torch.tensors import StatedTensor, Tensor
from gennape.graph import Op


@dataclass(slots=True)
class TracedTensor:
    """Node and channels of a tensor that depends on the input.

    Attributes:
        axis: Position of its channels among its dimensions.
        node: The node that computes it; for a slice that nobody used yet, the function
            that adds the node.
        batch: Place of the batch among its dimensions, where it holds several samples.
        result: Which result of the node it is.
        written: What its elements were last overwritten with.
    """

    axis: int
    node: int | Callable[[], int]
    batch: BatchAxis | None = None
    result: int = 0
    written: "TracedTensor | None" = None

    def index(self) -> int:
        """Return the node, added now if it was not needed before."""
        if not isinstance(self.node, int):
            self.node = self.node()
        return self.node


class TracedValues:
    """The tensors of a trace.

    Tensors that do not depend on the input are *static*: they remember the parameters that
    they come from.

    Args:
        parameters: The tensors that stand for the learned parameters, by name.
        constants: Further tensors that exist before the network runs.
        batch: How many samples the inputs hold, where this is known to be more than one.
    """

    def __init__(
        self, parameters: Mapping[str, Tensor], constants: Iterable[Tensor], batch: int
    ) -> None:
        self.batch = batch
        self._values: dict[int, TracedTensor] = {}
        # An id names a tensor only while the tensor lives.
        self._alive: list[Tensor] = [*constants, *parameters.values()]
        self._owners = {id(tensor): frozenset[str]() for tensor in self._alive}
        self._owners |= {id(tensor): frozenset([name]) for name, tensor in parameters.items()}
        self._names = {id(tensor): name for name, tensor in parameters.items()}
        self._parameters = dict(parameters)
        self._unclaimed = {name: tensor.numel() for name, tensor in parameters.items()}
        self._users: dict[str, list[int]] = {}
        self._uncounted: dict[int, Tensor] = {}
        self.leaves_work = False
        self._packed: dict[int, Sequence[Tensor]] = {}

    def adopt(self, packed: Any, make: Callable[[Any], Sequence[Tensor]]) -> Sequence[Tensor]:
        """Return the tensors of an object that holds learned numbers; they become parameters."""
        if id(packed) not in self._packed:
            tensors = self._packed[id(packed)] = make(packed)
            for tensor in tensors:
                name = f"packed{len(self._parameters)}"
                self._parameters[name] = tensor
                self._owners[id(tensor)] = frozenset([name])
                self._names[id(tensor)] = name
                self._unclaimed[name] = tensor.numel()
        return self._packed[id(packed)]

    def leave_out(self, outputs: Iterable[Tensor], is_work: bool = False) -> None:
        """Leave out what comes after the end of the counted part."""
        self._uncounted |= {id(output): output for output in outputs}
        self.leaves_work |= is_work

    def is_left_out(self, tensor: Tensor) -> bool:
        """Tell whether `tensor` comes after the end of the counted part."""
        return id(tensor) in self._uncounted

    def derive(self, outputs: Iterable[Tensor], tensors: Iterable[Tensor]) -> None:
        """Mark `outputs` as static, from the parameters that `tensors` come from."""
        owners = frozenset[str]().union(*(self._owners.get(id(t), ()) for t in tensors))
        for output in outputs:
            self._owners[id(output)] = owners
            self._alive.append(output)

    def knows(self, tensor: Tensor) -> bool:
        """Tell whether `tensor` existed before the network ran or comes from a call seen since."""
        return id(tensor) in self._values or id(tensor) in self._owners or self.is_left_out(tensor)

    def recognise(self, tensor: Tensor) -> bool:
        """Find the known tensor that `tensor` is another name of, as `Variable(x)` makes one."""
        place = _place_of(tensor)
        for other in reversed(self._alive):
            if not isinstance(other, StatedTensor) and _place_of(other) == place:
                self.same(tensor, other)
                return True
        return False

    def value(self, tensor: Any) -> TracedTensor | None:
        """Return what is known of `tensor`, if it depends on the input."""
        return self._values.get(id(tensor))

    def depends_on_input(self, tensor: Any) -> bool:
        """Tell whether `tensor` is a tensor that the network's input can change."""
        return id(tensor) in self._values

    def is_learned(self, tensor: Any) -> bool:
        """Tell whether `tensor` is static and comes from learned parameters."""
        return bool(self._owners.get(id(tensor))) and id(tensor) not in self._values

    def axis(self, tensor: Tensor) -> int:
        """Return position of the channels of `tensor`; the last one if nothing is known."""
        value = self._values.get(id(tensor))
        return value.axis if value else max(tensor.dim() - 1, 0)

    def bind(
        self,
        tensor: Tensor,
        axis: int,
        node: int | Callable[[], int],
        batch: BatchAxis | None = None,
    ) -> None:
        """Say which node computes `tensor` and where its channels and its batch are."""
        self._values[id(tensor)] = TracedTensor(axis, node, batch)
        self._alive.append(tensor)

    def dims(self, tensor: Tensor) -> tuple[int, ...]:
        """Return the dimensions of one sample of `tensor`, the batch kept as 1."""
        value = self._values.get(id(tensor))
        return one_sample(tensor.shape, value.batch if value else None, self.batch)

    def batch_after(
        self,
        op: Op,
        inputs: Sequence[Tensor],
        output: Tensor,
        details: Mapping[str, Any] = MappingProxyType({}),
        mixes: Sequence[int] = (),
    ) -> BatchAxis | None:
        """Find the batch in the result of an operation.

        Raises:
            BatchError: Samples are mixed, or the batch is not found again.
        """
        if self.batch == 1:
            return None
        values = [self._values.get(id(tensor)) for tensor in inputs]
        operands = [
            Operand(tuple(tensor.shape), value.batch if value else None)
            for tensor, value in zip(inputs, values, strict=True)
        ]
        after = tuple(output.shape)
        return batch_after(op, operands, after, self.batch, details=details, mixes=mixes)

    def same(self, output: Tensor, x: Tensor) -> None:
        """Say that `output` is `x`, unchanged."""
        if id(x) not in self._values:
            self.derive([output], [x])
        elif output is not x:
            self._values[id(output)] = self._values[id(x)]
            self._alive.append(output)

    def _claim(self, tensor: Tensor) -> int:
        """Claim the learned numbers behind a static tensor that no node owns yet."""
        if self.depends_on_input(tensor):
            return 0
        owners = self._owners.get(id(tensor), ())
        return sum(self._unclaimed.pop(owner, 0) for owner in owners)

    def _note_use(self, tensor: Tensor, node: int) -> None:
        """Remember which nodes work with the same learned tensor."""
        name = self._names.get(id(tensor))
        if name is not None:
            self._users.setdefault(name, []).append(node)

    def _holds_batch(self, tensor: Tensor) -> bool:
        if self.is_left_out(tensor):
            return True
        value = self._values.get(id(tensor))
        return value is not None and value.batch is not None


def _place_of(tensor: Any) -> tuple[object, ...]:
    """Return what two names of the same elements share."""
    storage = tensor.untyped_storage()._cdata
    return storage, tensor.storage_offset(), tuple(tensor.shape), tensor.stride()


def tensors_in(values: Iterable[Any]) -> list[Tensor]:
    """Return the tensors among `values` and in the lists and tuples among them."""
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, list | tuple):
            found += [element for element in value if isinstance(element, Tensor)]
    return found
