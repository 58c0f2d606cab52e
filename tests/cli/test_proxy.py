import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from gennape.proxies import measure, names

Run = Callable[..., Result]


def test_json_holds_what_the_library_gives(run: Run, onnx_file: Path) -> None:
    wanted = ["parameters", "l2_norm", "synflow"]
    result = run("proxy", onnx_file, "--proxy", ", ".join(wanted), "--batch", 4, "--format", "json")
    assert result.exit_code == 0, result.stderr
    rows = json.loads(result.stdout)
    expected = measure(wanted, str(onnx_file), batch_size=4)
    assert [row["proxy"] for row in rows] == wanted
    assert [row["value"] for row in rows] == [one.value for one in expected]
    assert rows[0]["value"] == 216
    assert rows[0]["model"] == str(onnx_file)


def test_all_of_them_as_csv(run: Run, onnx_file: Path) -> None:
    result = run("proxy", onnx_file, "--proxy", "all", "--batch", 4, "--format", "csv")
    assert result.exit_code == 0, result.stderr
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert [row["proxy"] for row in rows] == names()
    assert all((row["value"] == "") == bool(row["missing"]) for row in rows)


def test_the_table_has_units_and_reasons(run: Run, onnx_file: Path) -> None:
    result = run("proxy", onnx_file, "--proxy", "macs,snip", "--batch", 4)
    _, _, macs, snip = result.stdout.splitlines()
    assert str(16 * 16 * 216) in macs
    assert " ms" in macs
    assert "the network gives no class scores, one vector an image" in snip


def test_the_seed_is_used(run: Run, onnx_file: Path) -> None:
    command = ("proxy", onnx_file, "--proxy", "l2_norm", "--batch", 4, "--format", "json")
    first, again, other = (json.loads(run(*command, "--seed", s).stdout) for s in (0, 0, 1))
    assert first[0]["value"] == again[0]["value"] != other[0]["value"]


def test_a_file_that_cannot_be_read_does_not_stop_the_others(run: Run, onnx_file: Path) -> None:
    result = run("proxy", "absent.onnx", onnx_file, "--proxy", "macs", "--format", "json")
    assert result.exit_code == 1
    assert result.stderr.count("absent.onnx") == 1
    assert [row["model"] for row in json.loads(result.stdout)] == [str(onnx_file)]


@pytest.mark.parametrize(
    "option, value, sentence",
    [
        ("--proxy", "sinflow", "no proxy is called 'sinflow'; did you mean synflow"),
        ("--proxy", "az_nas", "a single network has its parts expressivity"),
        ("--data", "absent", "absent does not exist"),
    ],
)
def test_bad_options_are_one_sentence(
    run: Run, onnx_file: Path, option: str, value: str, sentence: str
) -> None:
    result = run("proxy", onnx_file, option, value)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_batch_of_one_is_refused(run: Run, onnx_file: Path) -> None:
    assert run("proxy", onnx_file, "--batch", 1).exit_code == 2


def test_a_wrong_name_is_said_once_for_all_networks(run: Run, onnx_file: Path) -> None:
    result = run("proxy", onnx_file, onnx_file, "--proxy", "sinflow")
    assert result.exit_code == 1
    assert result.stderr.count("sinflow") == 1
