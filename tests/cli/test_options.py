import pytest
import typer

from gennape.cli.options import parse_shape


def test_parse_shape_reads_sizes() -> None:
    assert parse_shape("3x224x160") == (3, 224, 160)
    assert parse_shape("1X28X28") == (1, 28, 28)
    assert parse_shape("128") == (128,)
    assert parse_shape(None) is None


@pytest.mark.parametrize("text", ["", "x", "3x", "3x0x224", "3x-1x224", "axbxc", "3,224,224"])
def test_parse_shape_refuses_other_text(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="3x224x224"):
        parse_shape(text)
