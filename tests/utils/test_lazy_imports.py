import sys
from types import ModuleType

import pytest

from gennape.utils.lazy_imports import imported_when_used


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    package = ModuleType("lazy_package")
    package.__getattr__ = imported_when_used("lazy_package", {"sqrt": "math"})  # type: ignore[method-assign]
    monkeypatch.setitem(sys.modules, "lazy_package", package)
    return package


def test_a_name_is_imported_when_it_is_used(package: ModuleType) -> None:
    assert "sqrt" not in vars(package)
    assert package.sqrt(4) == 2
    assert "sqrt" in vars(package)


def test_an_unknown_name(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match="module 'lazy_package' has no attribute 'root'"):
        package.root  # noqa: B018
