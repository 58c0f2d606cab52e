import sys
from pathlib import Path

import pytest

from gennape.utils.cache import CacheError, cache_folder, require_writable


def test_the_variable_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENNAPE_CACHE", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "home/.cache/gennape"),
        ("linux", {"XDG_CACHE_HOME": "xdg"}, "xdg/gennape"),
        ("darwin", {"XDG_CACHE_HOME": "xdg"}, "home/Library/Caches/gennape"),
        ("win32", {}, "home/AppData/Local/gennape"),
        ("win32", {"LOCALAPPDATA": "local"}, "local/gennape"),
    ],
)
def test_the_users_cache_folder(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], expected: str
) -> None:
    for name in ("GENNAPE_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("home"))
    assert cache_folder() == Path(expected)


def test_a_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    require_writable(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CacheError, match=r"file.b cannot be written \(.+\); set .* GENNAPE_CACHE"):
        require_writable(tmp_path / "file" / "b")
