import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gennape.benchmarks import BenchmarkError
from gennape.benchmarks.formats import json_elements
from gennape.benchmarks.formats.json_elements import read_elements

_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(autouse=True)
def few_bytes_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_elements, "_CHUNK", 3)


def elements(text: str) -> list[tuple[str | None, Any]]:
    return [tuple(element) for element in read_elements(io.BytesIO(text.encode()))]


@given(st.lists(_values), st.booleans(), st.sampled_from([None, 2]))
def test_elements_of_a_list(values: list[Any], ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(values, ensure_ascii=ascii_only, indent=indent)
    assert elements(text) == [(None, value) for value in values]


@settings(max_examples=50)
@given(st.dictionaries(st.text(), _values, max_size=3))
def test_elements_of_an_object(values: dict[str, Any]) -> None:
    expected = [
        (key, element)
        for key, value in values.items()
        for element in (value if isinstance(value, list) else [value])
    ]
    assert elements(json.dumps(values)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "7",
        "[1, 2",
        "[1 2]",
        "[1,]",
        "[-1e+1",
        '{"a" 1}',
        '{"a": [1}',
        "{1: 2}",
        '["\xff',
        "[nul]",
        "[" * 100_000,
    ],
)
def test_files_that_are_damaged_or_cut(text: str) -> None:
    with pytest.raises(BenchmarkError, match="the JSON file is damaged or cut"):
        elements(text)
