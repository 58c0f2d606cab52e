"""Names of networks and families that stand in files: they import no code, unless it is trusted.

A name that a person types is code that this person trusts. A file may be a stranger's: it names
network files, bundled families, and models of timm, torchvision and pytorchcv, whose names are
looked up in those libraries' own lists. `package.module:factory` and `package.module:Class` would
be imported and called, so a file may only name them of modules that a person has trusted.
"""

from collections.abc import Collection
from difflib import get_close_matches
from os import PathLike
from pathlib import Path

from gennape.frontends.errors import FrontendError
from gennape.frontends.inputs import split_model
from gennape.utils.errors import plain


class NameInFile(str):
    """A name that stands in a file, or on standard input, and that is checked when it is read."""


LIBRARIES = ("timm", "torchvision", "pytorchcv")
"""Packages whose models names may be of."""
MODEL_FILES = (".onnx", ".pt2")
"""Endings of network files."""


def check_name(name: str, trusted: Collection[str] = (), cure: str = "") -> str:
    """Return a name that stands in a file, if nothing has to be trusted that is not.

    >>> check_name("timm:resnet18")
    'timm:resnet18'
    >>> check_name("my_nets:small", trusted=["my_nets"])
    'my_nets:small'

    Args:
        name: As `graph_of` reads it, or the name of a family.
        trusted: Modules that may be imported, such as `my_package.my_nets`.
        cure: How somebody who trusts the module says so; by the option unless given.

    Raises:
        FrontendError: The name would import another module.
    """
    from gennape import spaces  # imports all families, and who reads a network file needs none

    model = name if is_network_file(name) else split_model(name)[0]
    module, colon, rest = model.partition(":")
    if not colon or module in (*spaces.names(), *trusted) or is_network_file(model):
        return name
    if module in LIBRARIES:
        if ":" in rest:
            raise FrontendError(f"{module} has no model {plain(rest)!r}")
        return name
    if near := get_close_matches(module, (*spaces.names(), *LIBRARIES), n=1, cutoff=0.8):
        raise FrontendError(
            f"there is no family or library {plain(module)!r}; did you mean {near[0]}?"
        )
    raise FrontendError(
        f"{plain(name)!r} would run code of {plain(module)}, which a file may not; if you trust "
        f"this code, {cure or f'allow it by --trust-module {plain(module)}'}"
    )


def is_network_file(name: str | PathLike[str]) -> bool:
    """Tell whether a name is the path of a network file, which strangers may have made."""
    path = Path(name)
    try:
        return path.suffix.lower() in MODEL_FILES and path.is_file()
    except (OSError, ValueError):
        return False
