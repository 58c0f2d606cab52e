"""All errors of the package have one base."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

import gennape
from gennape import GennapeError

PACKAGE = Path(gennape.__file__).parent


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
