"""Custom families, which are named by `package.module:Class`."""

from typing import Any

from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.utils.optional_imports import ModuleError, import_factory


def load_custom_family(name: str) -> type[SearchSpace[Any]]:
    """Import the class that `package.module:Class` names, also from the working directory.

    Raises:
        ArchitectureError: There is no such class, it is no family, or its name is another one.
    """
    module, _, attribute = name.partition(":")
    try:
        found: Any = import_factory(module, attribute)
    except ModuleError as error:
        raise ArchitectureError(f"there is no family {name!r}: {error}") from error
    if not (isinstance(found, type) and issubclass(found, SearchSpace)):
        raise ArchitectureError(f"{name} is no family; it must be a subclass of SearchSpace")
    if found.name != name:
        raise ArchitectureError(
            f"the name of {name} is {found.name!r}; set it to {name!r}, so that its networks can "
            "be read back by their names"
        )
    return found
