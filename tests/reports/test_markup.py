from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from gennape.reports.markup import Markup, joined, tag


class _Reader(HTMLParser):
    """Text, and names and attributes of elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.tags = "", list[tuple[str, list[tuple[str, str | None]]]]()
        self.feed(text)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((name, attrs))


def test_attributes_and_children() -> None:
    element = tag("td", "a", ["b", None, tag("b", "c")], class_="x", data_value=0.5, hidden=True)
    assert element == '<td class="x" data-value="0.5" hidden>ab<b>c</b></td>'
    assert tag("td", hidden=False, title=None) == "<td></td>"
    assert tag("meta", name="viewport") == '<meta name="viewport">'
    assert tag("circle", r=3) == '<circle r="3"/>'
    assert tag("circle", tag("title", "a")) == "<circle><title>a</title></circle>"


def test_markup_is_not_escaped_again() -> None:
    assert joined(["<", Markup("<br>")]) == "&lt;<br>"


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"])))
def test_text_stays_text(text: str) -> None:
    page = _Reader(tag("p", text, title=text))
    assert page.text == text
    assert page.tags == [("p", [("title", text)])]


def test_marks_that_turn_text_become_numbers() -> None:
    page = tag("p", "a\u202eb\x1b[2J\nc", title="\u2066\udc80")
    assert page == '<p title="\\u2066\\udc80">a\\u202eb\\x1b[2J\nc</p>'
