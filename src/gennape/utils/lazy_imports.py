"""Names of a package that are imported when they are first used."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from gennape.utils.optional_imports import require


def imported_when_used(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Make the `__getattr__` of a package, which imports some of its names when they are used.

    Args:
        package: Its `__name__`.
        homes: The module that each name is defined in.
    """

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        try:
            value = getattr(import_module(homes[name]), name)
        except ModuleNotFoundError as error:
            if error.name != "torch":
                raise
            require("torch", name, package="gennape[torch]")  # says what to install
            raise
        setattr(sys.modules[package], name, value)  # the next time nothing needs to be asked
        return value

    return get
