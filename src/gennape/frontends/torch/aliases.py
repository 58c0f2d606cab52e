"""Which stated tensors may be elements of one another."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gennape.frontends.torch.tensors import StatedTensor


@dataclass
class _Group:
    """Tensors that are views of one another, for certain or perhaps."""

    members: list[StatedTensor]
    is_certain: bool = True


@dataclass
class Aliases:
    """Tensors that share elements, and those of whom a change makes unsure what they are.

    Examples:
        >>> x, copy = StatedTensor((4,)), StatedTensor((4,))
        >>> aliases = Aliases()
        >>> aliases.join(x, [copy], is_certain=False)
        >>> aliases.overwrite(copy)
        >>> aliases.is_unsure(x), aliases.is_unsure(copy)
        (True, False)
    """

    _groups: dict[int, _Group] = field(default_factory=dict)
    _unsure: dict[int, StatedTensor] = field(default_factory=dict)

    def join(self, x: StatedTensor, results: Iterable[StatedTensor], *, is_certain: bool) -> None:
        """Note that results are elements of `x`; or that they may be, and may be copies."""
        group = self._groups.setdefault(id(x), _Group([x]))
        group.is_certain &= is_certain
        for result in results:
            group.members.append(result)
            self._groups[id(result)] = group

    def overwrite(self, x: StatedTensor) -> None:
        """Note that elements of `x` are replaced."""
        group = self._groups.get(id(x))
        if group is not None and not group.is_certain:
            self._unsure |= {id(other): other for other in group.members if other is not x}

    def is_unsure(self, x: StatedTensor) -> bool:
        """Tell whether it is not known what the elements of `x` are."""
        return id(x) in self._unsure
