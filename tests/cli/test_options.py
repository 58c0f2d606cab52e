import pytest
import typer

from gennape.cli.options import parse_inputs
from gennape.frontends.inputs import TensorSpec


def test_one_input_has_sizes() -> None:
    assert parse_inputs(["3x224x160"]) == ((3, 224, 160), None)
    assert parse_inputs(["1X28X28"]) == ((1, 28, 28), None)
    assert parse_inputs(["128"]) == ((128,), None)
    assert parse_inputs(None) == (None, None)


def test_several_inputs_have_names() -> None:
    named = {"ids": TensorSpec((1, 128), "int64"), "image": TensorSpec((1, 3, 8, 8))}
    assert parse_inputs(["ids=1x128:int64", "image=1x3x8x8"]) == (None, named)


@pytest.mark.parametrize("text", ["", "x", "3x", "3x0x224", "3x-1x224", "axbxc", "3,224,224"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="x224"):
        parse_inputs([text])
