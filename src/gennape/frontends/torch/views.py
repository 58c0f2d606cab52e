"""Tensors that are views of one another: a change of one in place changes the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from gennape.frontends.torch.registry import TorchFunction, TorchRule
from gennape.frontends.torch.tensors import StatedTensor, Tensor, whole_of
from gennape.frontends.torch.traced_values import tensors_in

if TYPE_CHECKING:
    from gennape.frontends.torch.trace import Trace


@dataclass(frozen=True)
class _View:
    """A call whose results are elements of its first argument.

    Attributes:
        rule: What wrote it down.
        args: Its arguments.
        kwargs: Those by name.
        output: Its result, or results.
    """

    rule: TorchRule
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    output: Any

    def renew(self, trace: "Trace", unchanged: Iterable[Tensor]) -> None:
        """Make its results parts of what its argument is now; nodes are added as they are used.

        Args:
            trace: What is written to.
            unchanged: Results that are up to date.
        """
        source, copies = trace.snapshot(self.args[0]), _blank(self.output)
        write = cache(partial(self.rule, trace, copies, source, *self.args[1:], **self.kwargs))

        def node_of(copy: Tensor) -> int:
            write()
            return trace.node(copy)

        kept = {id(tensor) for tensor in unchanged}
        for result, copy in zip(tensors_in([self.output]), tensors_in([copies]), strict=True):
            value = trace.value(result)
            if value is not None and id(result) not in kept:
                trace.bind(result, value.axis, partial(node_of, copy), value.batch)


class Views:
    """The views of a trace, by the tensor whose elements they are."""

    def __init__(self) -> None:
        self._views: dict[int, list[_View]] = {}
        self._sources: dict[int, Tensor] = {}

    def note(
        self, function: TorchFunction, args: Sequence[Any], kwargs: Mapping[str, Any], output: Any
    ) -> None:
        """Remember a call, if its results are views of its first argument."""
        if function.rule is None or not args or not isinstance(args[0], Tensor):
            return
        whole = whole_of(args[0])
        results = [
            one for one in tensors_in([output]) if one is not args[0] and whole_of(one) is whole
        ]
        if results:
            view = _View(function.rule, tuple(args), dict(kwargs), output)
            self._views.setdefault(id(whole), []).append(view)
            self._sources |= {id(result): args[0] for result in results}

    def source_of(self, view: Tensor) -> Tensor:
        """Return the tensor that a view was taken of; itself if it has its own elements."""
        source: Tensor = self._sources.get(id(view), whole_of(view))
        return source

    def spread(self, trace: "Trace", changed: Tensor) -> None:
        """Change what a tensor is a view of, and the other views of that.

        Args:
            trace: What is written to.
            changed: A tensor that was changed in place.
        """
        whole = whole_of(changed)
        up_to_date = [changed]
        while up_to_date[-1] is not whole:
            source = self.source_of(up_to_date[-1])
            if source.shape == changed.shape:
                trace.same(source, changed)
            else:
                trace.overwrite(source, changed)
            up_to_date.append(source)
        for view in self._views.get(id(whole), ()):
            view.renew(trace, up_to_date)


def _blank(output: Any) -> Any:
    """Return a tensor of the same sizes, or a list of them."""
    if isinstance(output, Tensor):
        return StatedTensor(output.shape)
    return [_blank(one) for one in output]
