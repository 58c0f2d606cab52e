import subprocess
import sys
from importlib.metadata import version

from typer.testing import CliRunner

from gennape.cli import app


def test_version() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.stdout == f"gennape {version('gennape')}\n"


def test_help_names_every_command() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    commands = ("score", "graph", "rank", "pretrain", "fine-tune", "proxy ", "proxy-pool")
    for command in (*commands, "families", "import", "evaluate"):
        assert command in result.stdout


def test_help_and_version_do_not_import_torch() -> None:
    code = (
        "import sys\n"
        "from gennape.cli import app\n"
        "from typer.testing import CliRunner\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "assert CliRunner().invoke(app, ['score', '--help']).exit_code == 0\n"
        "sys.exit('torch' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_families_lists_names_sizes_and_an_example() -> None:
    result = CliRunner().invoke(app, ["families"])
    assert result.exit_code == 0
    assert "nasbench101" in result.stdout
    assert "423,624" in result.stdout
    assert "nasbench201:" in result.stdout
