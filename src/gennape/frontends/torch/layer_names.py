"""Names of layers in exported programs."""

from collections.abc import Callable

LayerCallback = Callable[[str], None]
"""Told the name of the layer that the next operations stand in."""

_ROOT = "L['self']"


def layer_of_path(path: str) -> str:
    """Return the qualified name in the path of `nn_module_stack`: `L['self'].conv` is `conv`.

    Examples:
        >>> layer_of_path("L['self'].layer1[0].conv"), layer_of_path("layer1.0.conv")
        ('layer1.0.conv', 'layer1.0.conv')
    """
    inner = path.removeprefix(_ROOT).removeprefix("L__self___").strip(".")
    return inner.replace("[", ".").replace("]", "").strip(".")


def layer_in_stack(text: str) -> str:
    """Return the innermost layer of a stack in a `.pt2` file: `key,path,type` between `;`."""
    parts = text.rpartition(";")[2].split(",")
    return layer_of_path(parts[1]) if len(parts) > 2 else ""
