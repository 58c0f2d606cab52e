"""The page: what it tells, and that no name becomes part of it."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import gennape
from gennape.estimator import Estimator
from gennape.network_report import NetworkReport, ReportError
from gennape.network_report.cost_chart import _MOST_BARS
from helpers.report_networks import NAME, UNREAD, classifier
from helpers.small_networks import small_onnx


class _Page(HTMLParser):
    """Texts of a page by the elements they stand in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.names: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in ("meta", "input", "wbr", "br", "img", "rect", "circle", "path", "line"):
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.opened and self.opened[-1] == tag:
            self.opened.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append((self.opened[-1] if self.opened else "", data))

    @property
    def text(self) -> str:
        return "".join(data for where, data in self.texts if where not in ("script", "style"))


@pytest.fixture(scope="module")
def page(report: NetworkReport) -> _Page:
    return _Page(report.html)


def test_names_and_functions_are_text(page: _Page) -> None:
    assert page.names.count("script") == 1
    assert page.names.count("b") == 0
    assert NAME in page.text
    assert "<b>odd</b>" in page.text
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_it_asks_for_nothing(report: NetworkReport) -> None:
    addresses = re.findall(r'(?:src|href|action)="([^"]*)"', report.html)
    assert addresses and all(one.startswith(("#", "data:")) for one in addresses)
    assert set(re.findall(r"https?://[^\s\"'<]*", report.html)) == {"http://www.w3.org/2000/svg"}


def test_every_link_leads_somewhere(page: _Page) -> None:
    anchors = {value for name, value in page.attributes if name == "id"}
    links = {value for name, value in page.attributes if name == "href"}
    assert {link.removeprefix("#") for link in links} <= anchors


def test_what_could_not_be_read_is_told_with_its_reason(page: _Page, report: NetworkReport) -> None:
    assert [failure.model for failure in report.failed] == [UNREAD]
    assert "Could not be read" in page.text
    assert f"{UNREAD!r} is no file" in page.text


def test_lower_bounds_and_unknown_functions_are_told(page: _Page) -> None:
    assert "Not all of its work is counted" in page.text
    assert "Outside the vocabulary" in page.text
    assert "≥ " in page.text


def test_figures_are_those_of_explain(page: _Page, estimator: Estimator) -> None:
    (row,) = estimator.explain([classifier(32, 3, "wide")])
    assert row.accuracy is not None
    assert f"{row.accuracy:.1f} %" in page.text
    assert f"{row.score:+.2f}" in page.text
    for name, value in row.parts.items():
        if value:
            assert f"{name}{value:+.2f}" in page.text
    assert row.neighbours[0].model in page.text


def test_ten_networks_stay_below_three_megabytes(estimator: Estimator) -> None:
    networks = [classifier(16 + width, 30, f"n{width}") for width in range(10)]
    made = gennape.report(networks, estimator=estimator)
    assert len(made.html.encode()) < 3_000_000
    assert made.html.count("<rect") < 10 * 3 * _MOST_BARS + 10_000


def test_two_networks_side_by_side(estimator: Estimator) -> None:
    made = gennape.report(
        classifier(16, 2, "one"), estimator=estimator, compare=classifier(16, 3, "two")
    )
    text = _Page(made.html).text
    assert "one and two" in text
    assert "Side by side" in text
    assert "conv 3×3, 16 · BN · ReLU @ 64×64" in text
    assert "points" in text


@pytest.mark.parametrize(
    ("networks", "compare", "said"),
    [
        ([classifier(name="a"), classifier(name="b")], classifier(), "not 2 with 1"),
        ("absent.onnx", classifier(), "absent.onnx does not exist"),
        (classifier(), "absent.onnx", "absent.onnx does not exist"),
    ],
)
def test_what_cannot_be_compared(
    networks: object, compare: object, said: str, estimator: Estimator
) -> None:
    with pytest.raises(ReportError, match=said):
        gennape.report(networks, estimator=estimator, compare=compare)  # type: ignore[arg-type]


def test_a_page_of_failures_alone(estimator: Estimator) -> None:
    made = gennape.report("absent.onnx", estimator=estimator)
    assert "absent.onnx does not exist" in _Page(made.html).text


def test_an_estimator_of_scores_alone(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(small_onnx())
    made = gennape.report([path, classifier()], estimator=gennape.load("nasbench101"))
    text = _Page(made.html).text
    assert "Score and cost" in text
    assert "top-1, %" not in text
    assert "net.onnx" in text


def test_the_page_stands_in_a_notebook(report: NetworkReport) -> None:
    shown = report._repr_html_()
    assert shown.startswith("<iframe srcdoc=")
    assert "<script>" not in shown


def test_onnx_files_need_no_torch(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(small_onnx())
    code = (
        "import sys, gennape; page = gennape.report(sys.argv[1]); "
        "assert 'net.onnx' in page.html; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
