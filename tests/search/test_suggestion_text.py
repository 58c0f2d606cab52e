"""Suggestions as text and as HTML."""

from dataclasses import replace

import pytest

from gennape.search import Suggestions
from helpers.suggestion_doubles import FOUND, GAIN, SAVING


def test_a_notebook_shows_what_a_terminal_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    text, html = repr(FOUND), FOUND._repr_html_()
    assert text.splitlines()[0] == "network: ImageNet top-1 73.0 (71.2-74.6)"
    for shown in ("Gains most for its cost", "Saves most for what it loses", "+20.0 %", "-10.0 %"):
        assert shown in text and shown in html
    assert GAIN.words.replace(">", "&gt;") in html and SAVING.words in html


def test_columns_are_left_out_by_importance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = repr(FOUND).splitlines()
    assert max(map(len, lines)) <= 60
    assert any("+2.0 (+0.4 to +3.6)" in line for line in lines)
    assert not any("Parameters" in line for line in lines)


def test_nothing_to_gain_is_said() -> None:
    without: Suggestions = replace(FOUND, gains=(), savings=())
    for shown in (repr(without), without._repr_html_()):
        assert "No change gains more" in shown
        assert "Saves most" not in shown


def test_no_name_is_read_as_html() -> None:
    assert "<b>" not in replace(FOUND, model="<b>mine</b>")._repr_html_()
    assert "\\x1b[31m" in replace(FOUND, model="\x1b[31mred")._repr_html_()
