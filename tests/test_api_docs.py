"""The examples on the pages of the API print what the pages say."""

import doctest
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[1] / "docs" / "api").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_run(page: Path) -> None:
    result = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert result.failed == 0


def test_most_pages_have_examples() -> None:
    with_examples = [page for page in PAGES if ">>> " in page.read_text(encoding="utf-8")]
    assert len(with_examples) >= 9
