from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from gennape.reports.scatter import Dot, front_of, scatter

_DOTS = st.builds(Dot, st.floats(1, 1e12), st.floats(0, 100), st.just("a"))


@given(st.lists(_DOTS))
def test_the_front_is_what_nothing_is_cheaper_and_more_accurate_than(dots: list[Dot]) -> None:
    front = front_of(dots)
    for dot in dots:
        assert any(one.x <= dot.x and one.y >= dot.y for one in front)
    for one in front:
        assert not any(
            other.x <= one.x and other.y >= one.y and (other.x, other.y) != (one.x, one.y)
            for other in dots
        )
    assert front == sorted(front, key=lambda dot: dot.x)


def _chart() -> ElementTree.Element:
    own = [Dot(1e9, 75.0, "mine <b>\n75.0 %", 1, 70.0, 80.0), Dot(1e8, 76.0, "other\n76", 2)]
    others = [Dot(10.0**place, 60.0 + place, f"known {place}") for place in range(5, 11)]
    return ElementTree.fromstring(scatter(own, others, "MACs", "Top-1, %", "6 measured networks"))


def test_dots_tell_what_they_are() -> None:
    titles = [title.text or "" for title in _chart().iter("title")]
    assert "mine <b>\n75.0 %" in titles and "known 7" in titles


def test_places_are_percentages_within_the_chart() -> None:
    circles = list(_chart().iter("circle"))
    assert len(circles) >= 7
    for circle in circles:
        for side in ("cx", "cy"):
            assert circle.attrib[side].endswith("%")
            assert 0 <= float(circle.attrib[side][:-1]) <= 100


def test_own_dots_lead_to_their_sections_and_have_intervals_and_names() -> None:
    chart = _chart()
    links = list(chart.iter("a"))
    assert [link.attrib["href"] for link in links] == ["#network-1", "#network-2"]
    assert [len(link.findall("line")) for link in links] == [1, 0]
    names = [text.text for text in chart.iter("text")]
    assert "mine <b>" in names


def test_names_that_would_cover_one_another_are_left_out() -> None:
    same = [Dot(1e9, 75.0, f"a long name of a network {place}", place) for place in range(12)]
    chart = ElementTree.fromstring(scatter(same, [], "MACs", "Top-1, %", ""))
    (names,) = [group for group in chart.iter("g") if group.attrib.get("class") == "names"]
    assert 0 < len(list(names)) < 12


def test_long_names_are_shortened_in_the_chart_alone() -> None:
    chart = ElementTree.fromstring(scatter([Dot(1e9, 75.0, 40 * "x", 1)], [], "MACs", "Top-1", ""))
    assert [text.text for text in chart.iter("text") if "…" in (text.text or "")] == [
        15 * "x" + "…" + 15 * "x"
    ]
    assert [title.text for title in chart.iter("title")] == [40 * "x"]
