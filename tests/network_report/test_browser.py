"""The page in headless Chromium: sorting, hover, zoom, windows, dark mode, print, no requests."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import gennape
from gennape.estimator import Estimator
from gennape.reports.markdown import MarkdownReport
from helpers.browser import browser
from helpers.report_networks import classifier

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture
def open_page(chromium: Any, report_file: Path) -> Iterator[Open]:
    """Open a page; what it asks for and what goes wrong is in its `requests` and `errors`."""
    contexts = []

    def opened(width: int = 1200, height: int = 900, path: Path = report_file, **look: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, **look)
        contexts.append(context)
        page = context.new_page()
        page.requests, page.errors = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda message: page.errors.append(message.text))
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


def _column(page: Any, number: int) -> list[str]:
    """The texts of a column of the table of networks."""
    cells = page.locator(f"table.sortable >> nth=0 >> tbody tr > :nth-child({number})")
    return [text.strip() for text in cells.all_inner_texts()]


def _heading(page: Any, text: str) -> Any:
    return page.locator("table.sortable >> nth=0 >> thead button").filter(has_text=text).first


def test_it_asks_for_nothing_and_nothing_goes_wrong(open_page: Open, report_file: Path) -> None:
    page = open_page()
    page.mouse.wheel(0, 5000)
    page.locator("summary").first.click()
    assert page.requests == [report_file.as_uri()]
    assert page.errors == []
    assert page.title() == "4 networks"


def test_the_policy_stops_what_a_name_could_smuggle_in(open_page: Open) -> None:
    page = open_page()
    page.evaluate(
        """() => {
          document.body.insertAdjacentHTML("beforeend",
            '<img src="http://127.0.0.1:9/x.png" onerror="window.harm = 1">');
          const script = document.createElement("script");
          script.textContent = "window.harm = 2";
          document.body.append(script);
        }"""
    )
    page.wait_for_timeout(100)
    assert page.evaluate("window.harm") is None


def test_a_click_sorts_and_another_reverses(open_page: Open) -> None:
    page = open_page()
    assert _column(page, 1) == ["1", "2", "3", "4"]
    button = _heading(page, "MACs")
    button.click()
    heading = page.locator("th[aria-sort]")
    assert heading.get_attribute("aria-sort") == "descending"
    values = [
        float(cell.get_attribute("data-value"))
        for cell in page.locator("table.sortable >> nth=0 >> tbody tr > td:nth-last-child(2)").all()
    ]
    assert values == sorted(values, reverse=True) and len(set(values)) == 4
    downwards = _column(page, 1)
    button.click()
    assert _column(page, 1) == downwards[::-1]
    assert heading.get_attribute("aria-sort") == "ascending"


def test_columns_are_sorted_from_the_keyboard(open_page: Open) -> None:
    page = open_page()
    _heading(page, "Network").focus()
    page.keyboard.press("Enter")
    names = [name.lower() for name in _column(page, 2)]
    assert names == sorted(names, key=lambda name: name.removeprefix("<"))
    assert page.evaluate("document.activeElement.localName") == "button"


def test_hover_tells_which_network_a_dot_is(open_page: Open) -> None:
    page = open_page()
    tip = page.locator("#tip")
    assert tip.is_hidden()
    dot = page.locator(".others circle").nth(10)
    told = dot.get_attribute("data-title").splitlines()
    dot.hover(force=True)
    assert tip.is_visible()
    assert "measured" in tip.inner_text()
    assert len(told) == 3 and told[1].endswith("% measured")
    page.mouse.move(2, 2)
    assert tip.is_hidden()


def test_arrow_keys_walk_through_the_dots(open_page: Open) -> None:
    page = open_page()
    page.locator(".plot >> visible=true").first.focus()
    page.keyboard.press("ArrowRight")
    first = page.locator("#tip").inner_text()
    page.keyboard.press("ArrowRight")
    second = page.locator("#tip").inner_text()
    assert first and second and first != second
    page.keyboard.press("Escape")
    assert page.locator("#tip").is_hidden()


def test_the_chart_is_switched_without_a_script(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    by_macs, by_parameters = page.locator(".by-macs").first, page.locator(".by-parameters").first
    assert by_macs.is_visible() and by_parameters.is_hidden()
    page.locator("input[value=parameters]").first.check(force=True)
    assert by_macs.is_hidden() and by_parameters.is_visible()


def test_the_page_is_whole_without_a_script(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    assert page.locator(".plot circle").count() >= 100
    assert page.locator("table.sortable >> nth=0 >> tbody tr").count() == 4
    assert page.locator(".drawing svg").first.bounding_box()["height"] > 100
    assert page.locator("thead button").count() == 0


def _view(page: Any) -> list[float]:
    text = page.locator(".drawing svg").first.get_attribute("viewBox")
    return [float(number) for number in text.split()]


def test_drawings_are_zoomed_and_moved(open_page: Open) -> None:
    page = open_page()
    drawing = page.locator(".drawing").first
    whole = _view(page)
    drawing.get_by_label("Zoom in").click()
    near = _view(page)
    assert near[2] == pytest.approx(whole[2] / 1.4)
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 180, steps=4)
    page.mouse.up()
    moved = _view(page)
    assert moved[0] > near[0] and moved[1] > near[1]
    drawing.get_by_label("Actual size").click()
    assert page.locator(".drawing svg").first.evaluate("svg => svg.getScreenCTM().a") == (
        pytest.approx(1)
    )
    drawing.focus()
    moved = _view(page)
    page.keyboard.press("+")
    assert _view(page)[2] == pytest.approx(moved[2] / 1.4)
    page.mouse.wheel(0, -200)
    assert _view(page)[2] < moved[2] / 1.4
    drawing.get_by_label("Show all").click()
    assert _view(page) == whole


def test_the_wheel_scrolls_the_page_over_a_drawing_that_nobody_took_hold_of(
    open_page: Open,
) -> None:
    page = open_page()
    drawing = page.locator(".drawing").first
    drawing.scroll_into_view_if_needed()
    drawing.hover()
    whole = _view(page)
    page.mouse.wheel(0, 300)
    assert _view(page) == whole


@pytest.fixture(scope="session")
def two_data_sets(tmp_path_factory: pytest.TempPathFactory, estimator: Estimator) -> Path:
    """A page with all columns that the table can have."""
    networks = [
        classifier(48, 2, "timm:vit_small_patch16_224", size=224),
        classifier(16, 2, "torchvision:fcn_resnet50", size=224),
        classifier(16, 2, "small"),
    ]
    path = tmp_path_factory.mktemp("two") / "report.html"
    gennape.report(networks, estimator=estimator).write(path)
    return path


@pytest.mark.parametrize("width", [320, 400, 720, 800, 880, 1000, 1120, 1280])
def test_a_table_of_several_data_sets_fits(
    open_page: Open, two_data_sets: Path, width: int
) -> None:
    page = open_page(width, path=two_data_sets)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    table = page.locator("table.several")
    assert table.bounding_box()["width"] <= table.locator("..").bounding_box()["width"]


def test_a_table_of_several_data_sets_fits_on_paper(open_page: Open, two_data_sets: Path) -> None:
    page = open_page(700, path=two_data_sets)  # A4 without its margins
    page.emulate_media(media="print")
    table = page.locator("table.several")
    assert table.bounding_box()["width"] <= table.locator("..").bounding_box()["width"]
    assert "ImageNet" in table.locator("td >> visible=true").all_inner_texts()


@pytest.mark.parametrize("width", [320, 400, 800, 1280])
def test_names_of_ticks_do_not_meet(open_page: Open, two_data_sets: Path, width: int) -> None:
    page = open_page(width, path=two_data_sets)
    for plot in page.locator(".plot >> visible=true").all():
        boxes = [text.bounding_box() for text in plot.locator("text.x >> visible=true").all()]
        assert len(boxes) >= 2
        for one, other in pairwise(sorted(boxes, key=lambda box: box["x"])):
            assert one["x"] + one["width"] < other["x"]


@pytest.mark.parametrize("width", [320, 380, 700, 1000, 1600])
@pytest.mark.parametrize("scripted", [True, False])
def test_no_window_scrolls_sideways(open_page: Open, width: int, scripted: bool) -> None:
    page = open_page(width, java_script_enabled=scripted)
    for summary in page.locator("summary").all():
        summary.click()
    if scripted:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    names = page.locator("table.sortable >> nth=0 >> tbody th >> visible=true")
    assert names.count() == 4
    for name in names.all():
        box = name.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width


def _contrast(page: Any, selector: str) -> float:
    """Contrast of an element's text to what is behind it, as WCAG counts it."""
    script = """element => {
      const parse = (text) => text.match(/[\\d.]+/g).map(Number);
      let behind = element, ground = [0, 0, 0, 0];
      while (behind && (ground[3] ?? 1) === 0) {
        ground = parse(getComputedStyle(behind).backgroundColor);
        behind = behind.parentElement;
      }
      const light = ([r, g, b]) => [r, g, b].map((part) => part / 255).map((part) =>
        part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
      const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground)];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }"""
    return float(page.locator(selector).first.evaluate(script))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(open_page: Open, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    ground = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert (sum(map(int, ground[4:-1].split(","))) < 200) == (scheme == "dark")
    for selector in (
        "h1",
        "td.number",
        "thead th",
        ".chip.near, .chip.far",
        "main a",
        "dt",
        ".badge",
    ):
        assert _contrast(page, selector) >= 4.5, selector


def test_print_shows_everything_and_no_buttons(open_page: Open, tmp_path: Path) -> None:
    page = open_page(color_scheme="dark")
    page.emulate_media(media="print", color_scheme="light")
    assert page.locator(".tools").first.is_hidden()
    assert page.locator(".switch").first.is_hidden()
    pdf = page.pdf(path=tmp_path / "page.pdf", format="A4", print_background=False)
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") >= 4
    assert page.locator("details[open]").count() == page.locator("details").count()


def test_reports_written_as_markdown_share_look_and_sorting(
    open_page: Open, tmp_path: Path
) -> None:
    report = MarkdownReport("Search of nasbench201")
    report.table(("network", "MACs"), [("a", "900 k"), ("b", "1.2 M"), ("c", "80 M")])
    page = open_page(380, path=report.write(tmp_path))
    page.locator("thead button").nth(1).click()
    assert _column(page, 1) == ["c", "b", "a"] or _column(page, 1) == ["a", "b", "c"]
    first = _column(page, 1)
    page.locator("thead button").nth(1).click()
    assert _column(page, 1) == first[::-1]
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    assert page.errors == []
