"""HTML elements whose texts are escaped, so that no name of a network is ever read as HTML."""

from collections.abc import Iterable
from typing import TypeAlias

from gennape.utils.escaping import escaped

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
_EMPTY = frozenset({"circle", "line", "path", "rect"})
"""Of SVG, written `<line/>` where they hold nothing."""


class Markup(str):
    """Text that is HTML already, and not escaped again."""

    __slots__ = ()


Child: TypeAlias = "str | Iterable[Child] | None"
"""What an element holds: text, which is escaped, markup, nothing, or several of these."""


def tag(name: str, /, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """Make an element.

    Args:
        name: Its name, such as `td`.
        children: What it holds.
        attributes: Their names without a last `_` and with `-` for `_` inside; true ones are
            written without a value, and None and false ones not at all.

    Examples:
        >>> tag("td", "a < b", class_="name", data_value=2)
        '<td class="name" data-value="2">a &lt; b</td>'
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    inside = joined(children)
    if not inside and name in _EMPTY:
        return Markup(f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{inside}</{name}>")


def joined(children: Child) -> Markup:
    """Put texts and elements one after another."""
    if children is None:
        return Markup()
    if isinstance(children, Markup):
        return children
    if isinstance(children, str):
        return Markup(escaped(children))
    return Markup("".join(map(joined, children)))


def _attribute(key: str, value: str | float | bool | None) -> str:
    name = key.removesuffix("_").replace("_", "-")
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    text = value if isinstance(value, str) else f"{value:.6g}"
    return f' {name}="{escaped(text)}"'
