"""Names of the package: each public class once, no plural modules, one base of all errors."""

import ast
from collections import defaultdict
from importlib import import_module
from pathlib import Path

import pytest

import gennape
from gennape import GennapeError

PACKAGE = Path(gennape.__file__).parent


def _public_classes() -> dict[str, list[str]]:
    """The modules in which each public class is defined."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(path.relative_to(PACKAGE).as_posix())
    return places


def _plurals(folder: Path) -> list[tuple[str, str]]:
    """Modules and packages of a folder whose names differ by an s."""
    names = {path.stem for path in folder.glob("*.py")}
    names |= {path.parent.name for path in folder.glob("*/__init__.py")}
    return [(name, f"{name}s") for name in sorted(names) if f"{name}s" in names]


def test_no_public_class_name_occurs_twice() -> None:
    doubled = {name: files for name, files in _public_classes().items() if len(files) > 1}
    offenders = [f"{name}: {', '.join(files)}" for name, files in doubled.items()]
    assert not offenders, "classes of one name:\n" + "\n".join(offenders)


def test_no_module_is_the_plural_of_its_neighbour() -> None:
    folders = sorted({path.parent for path in PACKAGE.rglob("*.py")})
    offenders = [
        f"{folder.relative_to(PACKAGE.parent).as_posix()}: {one} and {several}"
        for folder in folders
        for one, several in _plurals(folder)
    ]
    assert not offenders, "modules that a plural tells apart:\n" + "\n".join(offenders)


def _exceptions() -> list[tuple[str, str]]:
    """Module and name of each class of the package that looks like an exception."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(
                ast.unparse(base).endswith(("Error", "Exception")) for base in node.bases
            ):
                found.append((module.removesuffix(".__init__"), node.name))
    return found


def test_every_own_exception_is_a_gennape_error() -> None:
    classes = [getattr(import_module(module), name) for module, name in _exceptions()]
    assert len(classes) > 15
    assert [one for one in classes if not issubclass(one, GennapeError)] == []


@pytest.mark.parametrize(
    "error", ["FrontendError", "CheckpointError", "LabelError", "ArchitectureError"]
)
def test_errors_of_bad_values_are_value_errors_too(error: str) -> None:
    places = dict((name, module) for module, name in _exceptions())
    assert issubclass(getattr(import_module(places[error]), error), ValueError)
