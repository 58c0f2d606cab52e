"""Tables of text: widths, folding, columns that are left out, signs of the terminal."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gennape.utils import text_table
from gennape.utils.text_table import TextColumn, TextTable, fold

COLUMNS = [
    TextColumn("Model", folds=True),
    TextColumn("Top-1", is_number=True),
    TextColumn("Score", is_number=True, rank=1),
    TextColumn("MACs", is_number=True, rank=2),
]


def _table(*models: str) -> TextTable:
    return TextTable(COLUMNS, [(model, "79.1", "+0.51", "≥ 1.81 G") for model in models])


def test_examples() -> None:
    assert doctest.testmod(text_table).failed == 0


def test_numbers_are_set_to_the_right_and_texts_to_the_left() -> None:
    assert _table("resnet18", "vgg").text().splitlines() == [
        "Model     Top-1  Score      MACs",
        "────────────────────────────────",
        "resnet18   79.1  +0.51  ≥ 1.81 G",
        "vgg        79.1  +0.51  ≥ 1.81 G",
    ]


def test_columns_go_by_their_rank_so_that_the_name_stays_whole() -> None:
    table = _table("a" * 30)
    headings = {width: table.text(width).splitlines()[0].split() for width in (54, 53, 43, 37)}
    assert headings == {
        54: ["Model", "Top-1", "Score", "MACs"],
        53: ["Model", "Top-1", "Score"],
        43: ["Model", "Top-1"],
        37: ["Model", "Top-1"],
    }
    assert all(f"{'a' * 30}  " in table.text(width) for width in (54, 53, 43, 37))


def test_a_name_that_no_width_has_room_for_leaves_half_of_it_to_the_others() -> None:
    text = _table("a" * 60).text(48).splitlines()
    assert text[0].split() == ["Model", "Top-1", "Score", "MACs"]
    assert max(map(len, text)) <= 48
    assert sum(line.count("a") for line in text[2:]) == 60


def test_a_long_name_goes_on_in_the_next_line_whole() -> None:
    name = "timm:convnextv2_base.fcmae_ft_in22k_in1k_384"
    lines = _table(name).text(40).splitlines()[2:]
    assert "".join(line.split("  ")[0].strip() for line in lines) == name
    assert max(map(len, lines)) <= 40
    assert "79.1" in lines[0]


@pytest.mark.parametrize("name", ["網絡の模型", "شبكة", "🦊🦊", "сеть", "Größe"])
def test_names_in_any_script_keep_columns_aligned(name: str) -> None:
    lines = _table(name, "resnet18").text().splitlines()
    assert {cell_len(line) for line in lines} == {cell_len(lines[0])}
    assert lines[2].startswith(name)


def test_what_an_encoding_cannot_say_is_written_in_ascii_and_stays_aligned() -> None:
    text = _table("網.onnx", "resnet18").text(encoding="ascii")
    assert text.isascii()
    assert ">= 1.81 G" in text
    assert "\\u7db2.onnx" in text
    assert len({len(line) for line in text.splitlines()}) == 1


def test_a_name_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in _table("\x1b[31mred\n").text()


def test_facts_have_no_headings_and_are_indented() -> None:
    facts = TextTable([TextColumn(""), TextColumn("", folds=True)], indent=2)
    facts.add("Note", "no measured network is like it")
    assert facts.text(28).splitlines() == ["  Note  no measured network", "        is like it"]


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z", "M"))), st.integers(2, 40)
)
def test_folded_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    lines = list(fold(text, width))
    assert "".join(lines) == text
    assert all(cell_len(line) <= width for line in lines)
