from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gennape.cli import app
from helpers.small_networks import small_onnx


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run the command line: `run("score", path)`."""
    runner = CliRunner()

    def invoke(*arguments: object) -> Result:
        result = runner.invoke(app, [str(argument) for argument in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return invoke


@pytest.fixture
def onnx_file(tmp_path: Path) -> Path:
    """A valid file of 216 parameters and 16 * 16 * 216 MACs."""
    path = tmp_path / "small.onnx"
    path.write_bytes(small_onnx())
    return path
